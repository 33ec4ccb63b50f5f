"""RFC 3161: what an authority is asked, and what its tokens prove."""
