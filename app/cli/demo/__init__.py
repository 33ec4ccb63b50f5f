"""The demo: a tenant of the simulator, nights, a pack and its verification."""
