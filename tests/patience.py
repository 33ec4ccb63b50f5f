"""How long a test waits for what is to happen before it calls that broken: a fuse, and no measure.

No test passes or fails by the speed of the machine it runs on: each waits for an event, and this is
only when it gives up.
"""

PATIENCE = 300.0
"""Seconds."""
