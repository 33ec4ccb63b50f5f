"""Whether events are logged, kept and arriving."""
