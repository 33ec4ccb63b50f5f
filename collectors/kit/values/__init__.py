"""Values as Azure writes them."""
