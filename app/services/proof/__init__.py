"""Does everything hold together? Findings about the log, its objects, packs and the index."""
