"""The Inspect page: one run, image by image, at any step that was looked at."""
