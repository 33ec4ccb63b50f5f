"""One file for each Azure source; one test case file beside its name."""
