"""Annexa: sealed ISO/IEC 27001 evidence from Microsoft Azure."""
