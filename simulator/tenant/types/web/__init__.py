"""App Service."""
