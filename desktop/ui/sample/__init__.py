"""The look around: a banner over every page, the page while it is made, and what would have left."""
