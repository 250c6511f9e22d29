"""Looking into a trained network: what moved in it, how alike its features are, and where in an image it looks."""
