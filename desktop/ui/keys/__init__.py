"""Keys of people and of the practice."""
