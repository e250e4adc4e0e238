"""The demo: a practice with invented people, and a relay on this computer."""
