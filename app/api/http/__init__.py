"""What every answer shares: authorisation, errors, cursors, headers, exact numbers."""
