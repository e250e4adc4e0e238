"""The decision card: how a message goes, why so, and what would make another way possible."""
