"""The Merkle log's formats: tree, tiles, notes and proofs (RFC 9162, C2SP)."""
