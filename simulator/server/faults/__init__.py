"""What goes wrong: faults on demand, and throttling."""
