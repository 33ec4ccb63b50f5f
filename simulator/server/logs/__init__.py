"""Azure Monitor Logs."""
