"""Write-once objects: a local folder, or Azure Blob Storage with immutability."""
