"""Virtual machines' parts."""
