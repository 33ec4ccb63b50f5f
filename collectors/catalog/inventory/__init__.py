"""What exists: subscriptions, resources, and whether all of them were seen."""
