"""The Kusto query language, and Azure Resource Graph that is asked in it."""
