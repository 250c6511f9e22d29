"""The Data page: what there is to learn from, what it looks like, and bringing more of it."""
