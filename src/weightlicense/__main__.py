"""`python -m weightlicense`."""

from weightlicense.cli import run

run()
