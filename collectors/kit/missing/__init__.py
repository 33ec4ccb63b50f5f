"""What a list lacks, and what the identity may do about it."""
