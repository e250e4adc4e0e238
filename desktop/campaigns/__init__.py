"""When: reminders and their plan."""
