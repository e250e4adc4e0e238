"""What makes installable files of Sealwell; `python3 dev.py package` runs it. See docs/releasing.md."""
