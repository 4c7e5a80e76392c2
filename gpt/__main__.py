"""`python -m refutable.gpt` is `refutable gpt`."""

from refutable.gpt.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
