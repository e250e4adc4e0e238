"""Sealwell for Windows: built and tried under Wine, released by a workflow on Windows."""
