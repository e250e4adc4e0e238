"""What people said about mail: their answers, the proof of them, written permissions."""
