"""What a release is besides its files: the signed list of it, its parts, its sums."""
