"""Text blocks: snippets, templates and signatures."""
