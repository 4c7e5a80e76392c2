"""Sampling engine: intervals with stated false-alarm and false-pass rates."""

if __name__ != "refutable.montecarlo":
    raise ImportError("this is a part of refutable: write `import refutable.montecarlo`, not `import montecarlo`")
