"""Microsoft Entra ID: who is let in."""
