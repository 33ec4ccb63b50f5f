"""What a test may do to a tenant: take rights away, delete for real, cut lists in silence."""
