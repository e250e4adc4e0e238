"""A look around: a practice of invented people, made fresh, that reaches no network and ends with its window."""
