"""The database itself: dialects, schema, locks, append-only triggers, rebuilding."""
