"""Whether a period is whole: what was planned, and what the chain of the connection tells."""
