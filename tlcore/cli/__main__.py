"""`python -m tlcore.cli`."""

from tlcore.cli import main

main()
