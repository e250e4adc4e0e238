"""What is said and how: MIME, the policy, sealing, the outbox, relay profiles with their BAA."""
