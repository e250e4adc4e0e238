"""Sealwell for Linux: `.deb`, `.rpm`, `.tar.xz` with its own script, and a signed apt repository.

`python -m installers.linux` makes them of the bundle; `--test` installs and tries them in
Debian systems of their own (`trial/`).
"""
