"""Transformer engine: small language models trained on each other's text; needs torch."""

if __name__ != "refutable.gpt":
    raise ImportError("write `import refutable.gpt`, not `import gpt`")
