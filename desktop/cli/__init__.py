"""The same jobs without a window: fixed forms, so that scripts last."""
