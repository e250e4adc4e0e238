"""A look around: a practice of invented people, made fresh, without a network, gone with its window."""
