"""What papers claim about recursive training, and what is true: claims, processes, derivations."""

if __name__ != "refutable.derivations":
    raise ImportError("write `import refutable.derivations`, not `import derivations`")
