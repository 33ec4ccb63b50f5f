"""The tenant generator: a healthcare company, its drift and the truth about it."""
