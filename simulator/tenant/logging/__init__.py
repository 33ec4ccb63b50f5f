"""What is logged, where logs go and how long they are kept."""
