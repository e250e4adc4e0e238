"""What goes out, and where each message stands."""
