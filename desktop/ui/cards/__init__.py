"""Password cards: made, saved as a page, read out, made anew."""
