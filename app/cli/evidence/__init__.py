"""Commands about what was collected: packs, controls, verdicts, proofs."""
