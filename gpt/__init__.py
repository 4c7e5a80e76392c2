"""Transformer engine: small language models trained on their predecessors' text (extra `refutable[gpt]`)."""

if __name__ != "refutable.gpt":
    raise ImportError("this is a part of refutable: write `import refutable.gpt`, not `import gpt`")
