"""Sampling engine: intervals with stated false-alarm and false-pass rates."""

if __name__ != "refutable.montecarlo":
    raise ImportError("write `import refutable.montecarlo`, not `import montecarlo`")
