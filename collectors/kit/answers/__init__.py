"""From what Azure sent to elements, items and gaps."""
