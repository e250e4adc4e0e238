"""What is still to do: the list within Today, one task beside it, and what is asked about it."""
