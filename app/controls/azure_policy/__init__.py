"""What Azure Policy's own states say beside our verdicts."""
