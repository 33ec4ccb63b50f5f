"""CSV and XLSX, each cell as the evidence has it."""
