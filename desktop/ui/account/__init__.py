"""What everybody does for their own account."""
