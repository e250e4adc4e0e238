"""What is said, and how it travels: policy, templates, MIME, sealing, the outbox."""
