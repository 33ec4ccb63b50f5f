"""Facts that the log seals as events, each kind a type of its own; docs/events.md tells of all."""
