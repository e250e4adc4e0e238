"""Records of the same person, side by side."""
