"""Sealwell for macOS: an application, signed and notarised, in a disk image."""
