"""The pages before the work: set-up, sign-in, lock."""
