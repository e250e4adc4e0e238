"""The program's icon: two drawings of ours, and what Windows, macOS and Linux want made of them."""
