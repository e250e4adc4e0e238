"""Reports: what came of reminders and campaigns."""
