"""The pages before the work: sign-in, lock, joining, emergency access."""
