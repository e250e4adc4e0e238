"""How it is sealed: vault, key slots, OpenPGP, S/MIME, envelope. No SQL, no network, no Qt."""
