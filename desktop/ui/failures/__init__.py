"""The guided way after a message that did not arrive."""
