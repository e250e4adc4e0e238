"""The calendar of letters to many, and of what the practice has room for."""
