"""The simulator over TLS: what Azure accepts, refuses and sends."""
