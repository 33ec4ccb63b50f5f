"""What storage accounts are like."""
