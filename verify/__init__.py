"""The judge: exact engine, certificates, witnesses, repairs, verdicts, reports, command line."""

if __name__ != "refutable.verify":
    raise ImportError("write `import refutable.verify`, not `import verify`")
