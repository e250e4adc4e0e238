"""What was done: closed list of events, hash chain, verification, export."""
