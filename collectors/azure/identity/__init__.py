"""As whom Azure is asked."""
