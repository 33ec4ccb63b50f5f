"""Rules, ports and addresses."""
