"""Messages: the practice's mailbox as several people work it."""
