"""`python -m weightlicense`."""

from weightlicense.cli import main

main()
