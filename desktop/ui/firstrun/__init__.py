"""The first run: a practice is set up on this computer."""
