"""Sealwell: contacts, consent and encrypted mail for small medical practices.

The rooms of the program and who may know whom are in `docs/architecture.md`; the
contracts in `pyproject.toml` hold them to it.
"""

__version__ = "0.1.0"
