"""`python -m refutable` is the command `refutable`."""

from refutable.verify.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
