"""Who may do what in Azure."""
