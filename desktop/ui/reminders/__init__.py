"""Today: tomorrow's reminders in three clicks."""
