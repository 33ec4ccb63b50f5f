"""Every type of resource, a file each."""
