"""What travels inside a bundle so that an auditor can verify it: verify.py and VERIFY.md."""
