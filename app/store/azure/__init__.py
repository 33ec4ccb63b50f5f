"""Azure Blob Storage with immutability."""
