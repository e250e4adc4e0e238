"""Help this patient: what they see, who they are, and another way for the same message."""
