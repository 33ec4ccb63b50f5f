"""Keys, RFC 3161 timestamps and signatures: what makes the log's word believable."""
