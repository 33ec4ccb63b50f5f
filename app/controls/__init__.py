"""Annex A: catalogue, applicability and the assessment of a control over a period. Pure."""
