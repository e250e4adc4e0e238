"""Groups of people: conditions, counts, who is in them and why."""
