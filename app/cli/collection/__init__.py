"""Commands about connections, nights and the schedule."""
