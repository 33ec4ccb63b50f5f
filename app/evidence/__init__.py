"""Evidence: records, canonical bytes, the Merkle log and its proofs. Pure: no I/O, no clock."""
