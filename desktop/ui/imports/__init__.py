"""Taking files in: the wizard, and the page with what was taken in and the folders that are watched."""
