"""Installs what was built in Debian systems of their own, and tries it the way people and accidents would."""
