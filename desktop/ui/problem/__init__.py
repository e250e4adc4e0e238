"""A report about a problem: shown whole before it is saved, sent by nobody."""
