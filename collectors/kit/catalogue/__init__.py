"""What is gathered from all files of the catalogue, and what several of them share."""
