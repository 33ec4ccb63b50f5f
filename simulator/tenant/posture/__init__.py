"""What Azure Policy says of the resources."""
