"""The Shift page: how far two domains are for a backbone, before any training."""
