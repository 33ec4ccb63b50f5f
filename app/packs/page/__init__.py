"""From the view model to HTML and PDF."""
