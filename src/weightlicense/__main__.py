"""`python -m weightlicense`, and the console script."""

import sys


def run() -> None:
    """The command line; a check and a search are over before the garbage collector pays, imports included."""
    if sys.argv[1:2] in (["check"], ["find"]):
        import gc

        gc.disable()
    from weightlicense.cli import main

    main()


if __name__ == "__main__":
    run()
