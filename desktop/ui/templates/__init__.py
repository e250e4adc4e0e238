"""Templates: the gallery, the editor with its preview, pictures, and the look of letters."""
