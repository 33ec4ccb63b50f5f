"""What a test sets and reads of a running simulator."""
