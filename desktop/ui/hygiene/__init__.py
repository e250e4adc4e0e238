"""E-mail addresses that deserve a look."""
