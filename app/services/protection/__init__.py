"""What protects stored evidence: holds, retention, and the trial of the store."""
