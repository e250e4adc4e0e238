"""The proof: what an auditor asks for."""
