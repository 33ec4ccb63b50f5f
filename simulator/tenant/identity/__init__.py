"""Who is in Entra ID, and who may do what there."""
