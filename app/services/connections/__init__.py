"""Which tenants are collected, as whom and when."""
