"""Writing one letter to one person."""
