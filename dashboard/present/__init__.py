"""Presenting: moments pinned from the stage, in an order, with a sentence each.

scenes.py    the scenes of a store, in a file beside it
showing.py   the popover that orders them, and the page that presents them
"""
