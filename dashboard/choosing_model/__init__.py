"""Choosing before training: which backbone, and which settings of a strategy."""
