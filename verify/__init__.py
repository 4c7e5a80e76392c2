"""The judge: exact engine, certificates, counterexamples, repairs, verdicts, reports, command line."""

if __name__ != "refutable.verify":
    raise ImportError("this is a part of refutable: write `import refutable.verify`, not `import verify`")
