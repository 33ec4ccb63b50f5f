"""Machines and disks."""
