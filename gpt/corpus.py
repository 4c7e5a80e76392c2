"""Real data: a text (or a known source) cut into documents of equal length, shuffled, split.

`bundled` is the frozen text that comes with the package; `stdlib` the documentation texts of the
running interpreter; `file:PATH` any UTF-8 text; `markov:K` an order-K source fitted to the bundled
text whose law is known exactly. One eighth of the shuffled documents is held out, never the last
eighth by position: neighbouring text shares its topic, and a split by position measures that.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import lzma
import sysconfig
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from . import rng
from .errors import CorpusError
from .markov import Chain, fit_chain
from .tokenizer import Tokenizer, train_tokenizer

__all__ = ["Corpus", "load_corpus", "read_text"]

KNOWN = {  # sha256 of a text -> what it is
    "9ec532e88e3ec1d3044df6c2d163f7ef3a9ec7022b289d7d6ee9d5ed8ee21774": "bundled (Python topics)",
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed": "tiny Shakespeare",
}


@dataclass(frozen=True)
class Corpus:
    """documents: (count, D) for training; held_out: (count, D); chain: the truth, where known."""

    spec: str
    tokenizer: Tokenizer
    documents: np.ndarray
    held_out: np.ndarray
    sha256: str
    chain: Chain | None = None

    def describe(self) -> dict:
        """What is recorded of a corpus with a run."""
        return {
            "spec": self.spec,
            "sha256": self.sha256,
            "known_as": KNOWN.get(self.sha256),
            "vocabulary": self.tokenizer.size,
            "documents": len(self.documents),
            "held_out": len(self.held_out),
            "tokens_per_document": int(self.documents.shape[1]),
            "documents_sha256": hashlib.sha256(self.documents.tobytes()).hexdigest(),
            "held_out_sha256": hashlib.sha256(self.held_out.tobytes()).hexdigest(),
            "tokenizer": self.tokenizer.to_json(),
        }

    def order(self, root: int, replicate: int) -> np.ndarray:
        """The order in which a replicate meets the training documents."""
        return rng.permutation(rng.key(root, replicate, 0, "documents"), 0, len(self.documents))


def read_text(spec: str) -> str:
    """The text of `bundled`, `stdlib` or `file:PATH`."""
    if spec == "bundled":
        raw = resources.files("refutable.gpt").joinpath("data", "pyref.txt.xz").read_bytes()
        return lzma.decompress(raw).decode("ascii")
    if spec == "stdlib":
        return _stdlib()
    if spec.startswith("file:"):
        path = Path(spec[5:])
        try:
            return path.read_text(encoding="utf-8")
        except OSError as err:
            raise CorpusError(f"corpus {spec}: {err.strerror}; give a readable text file") from err
        except UnicodeDecodeError as err:
            raise CorpusError(f"corpus {spec} is not UTF-8 text ({err.reason})") from err
    raise CorpusError(f"unknown corpus {spec!r}; use bundled, stdlib, file:PATH or markov:K")


def _stdlib() -> str:
    """The language reference topics and all docstrings of this interpreter's standard library."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    parts = []
    spec = importlib.util.find_spec("pydoc_data.topics")
    if spec and spec.origin:
        tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        texts = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
        parts += [t for t in texts if isinstance(t, str) and len(t) > 200]
    for path in sorted(folder.rglob("*.py")):
        if {"test", "tests", "site-packages", "idlelib"} & set(path.relative_to(folder).parts):
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError, ValueError):
            continue
        nodes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        docs = (ast.get_docstring(n) for n in ast.walk(tree) if isinstance(n, nodes))
        parts += [d for d in docs if d and len(d) > 40]
    text = "\n\n".join(dict.fromkeys(parts))
    return "".join(c for c in text if c == "\n" or 32 <= ord(c) < 127) + "\n"


def load_corpus(
    spec: str,
    *,
    tokenizer: str = "char",
    length: int,
    root: int = 0,
    lowercase: bool = False,
    held_out: int | None = None,
    markov_documents: int = 4096,
) -> Corpus:
    """The documents of a corpus: `length` tokens each, shuffled by `root`, one eighth held out.

    held_out: at most this many held-out documents are kept (None: all).
    """
    kind, _, order = spec.partition(":")
    markov = kind == "markov"
    if markov and not order.isdigit():
        raise CorpusError(f"corpus must be markov:K with a whole number K (got {spec!r})")
    text = read_text("bundled" if markov else spec)
    text = text.lower() if lowercase else text
    tok = train_tokenizer(tokenizer, text)
    tokens = tok.encode(text)
    chain = fit_chain(tokens, tok.size, int(order)) if markov else None
    if chain is not None:
        if length <= chain.order:
            raise CorpusError(f"documents of {length} tokens are too short for {spec}")
        documents = chain.documents(root, markov_documents, length)
    else:
        count = len(tokens) // length
        if count < 16:
            raise CorpusError(
                f"corpus {spec} has {len(tokens)} tokens, fewer than 16 documents of {length};"
                " take a longer text or shorter documents"
            )
        documents = tokens[: count * length].reshape(count, length)
    shuffle = rng.permutation(rng.key(root, "split"), 0, len(documents))
    documents = np.ascontiguousarray(documents[shuffle])
    cut = len(documents) // 8
    kept = cut if held_out is None else min(cut, held_out)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Corpus(spec, tok, documents[cut:], documents[:kept], digest, chain)
