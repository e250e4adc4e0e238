"""This computer: what it still lacks after a move, moving on to another one, retiring it."""
