"""Redaction: commitments checked, copies with parts hidden, single parts revealed."""
