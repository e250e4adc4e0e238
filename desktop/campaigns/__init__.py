"""When people are written to: reminders so far, each with its ledger."""
