"""What Azure itself says of how its resources are set up."""
