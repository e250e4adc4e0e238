"""What was done: the closed list of events, the hash chain, its verification and export."""
