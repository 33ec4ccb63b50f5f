"""Azure Resource Manager."""
