"""Operations of the blob service, by what they do."""
