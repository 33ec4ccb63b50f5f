"""One file for each use case: the only writers, owners of the transaction."""
