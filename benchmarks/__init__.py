"""What is measured, each figure as a ratio to a natural limit taken in the same run."""
