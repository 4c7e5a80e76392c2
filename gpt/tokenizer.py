"""Text to token numbers and back: characters, or byte-pair encoding trained on the corpus itself.

Both are trained offline, deterministically, and stored with a run, so that a run names every
token it ever saw. No tokenizer is downloaded.
"""

from __future__ import annotations

import heapq
import itertools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from .errors import ConfigError

__all__ = ["Tokenizer", "train_tokenizer"]

_PIECE = re.compile(r" ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+")
OTHER = "\ufffd"


@dataclass(frozen=True)
class Tokenizer:
    """`pieces[i]` is what token i stands for; `merges` are pairs of tokens, oldest first (BPE)."""

    kind: str
    pieces: tuple[str, ...]
    merges: tuple[tuple[int, int], ...] = ()

    @property
    def size(self) -> int:
        """The vocabulary size V."""
        return len(self.pieces)

    def encode(self, text: str) -> np.ndarray:
        """(tokens,) uint16."""
        if self.kind == "char":
            codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
            pieces = np.array([ord(c) for c in self.pieces], dtype=np.uint32)
            order = np.argsort(pieces)
            at = order[np.minimum(np.searchsorted(pieces[order], codes), len(order) - 1)]
            known = pieces[at] == codes
            if not known.all():
                if OTHER not in self.pieces:
                    missing = sorted(set(text) - set(self.pieces))[:5]
                    raise ConfigError(f"the tokenizer has no token for {missing!r}")
                at[~known] = self.pieces.index(OTHER)
            return at.astype(np.uint16)
        rank = {pair: i for i, pair in enumerate(self.merges)}
        done: dict[str, list[int]] = {}
        out: list[int] = []
        for piece in _PIECE.findall(text):
            if piece not in done:
                done[piece] = _apply(list(piece.encode()), rank)
            out += done[piece]
        return np.array(out, dtype=np.uint16)

    def decode(self, tokens: np.ndarray) -> str:
        """The text of a sequence of tokens."""
        if self.kind == "char":
            return "".join(self.pieces[int(t)] for t in tokens)
        raw = b"".join(self.pieces[int(t)].encode("latin-1") for t in tokens)
        return raw.decode("utf-8", errors="replace")

    def to_json(self) -> dict:
        return {
            "kind": self.kind,
            "pieces": list(self.pieces),
            "merges": [list(m) for m in self.merges],
        }

    @staticmethod
    def from_json(data: dict) -> Tokenizer:
        merges = tuple((int(a), int(b)) for a, b in data["merges"])
        return Tokenizer(data["kind"], tuple(data["pieces"]), merges)


def train_tokenizer(spec: str, text: str) -> Tokenizer:
    """`char` (every character), `char:N` (the N - 1 commonest and one token for the rest), `bpe:N`.

    >>> train_tokenizer("char", "banana").pieces
    ('a', 'b', 'n')
    >>> train_tokenizer("char:2", "banana").pieces
    ('a', '\ufffd')
    """
    kind, _, size = spec.partition(":")
    if kind not in ("char", "bpe") or (size and not size.isdigit()) or spec == "bpe":
        raise ConfigError(f"tokenizer must be char, char:N or bpe:N (got {spec!r})")
    if kind == "char":
        counts = Counter(text)
        common = sorted(counts, key=lambda c: (-counts[c], c))
        if size and len(common) > int(size):
            return Tokenizer("char", (*sorted(common[: int(size) - 1]), OTHER))
        return Tokenizer("char", tuple(sorted(common)))
    if not 257 <= int(size) <= 65536:
        raise ConfigError(f"bpe:N needs 257 <= N <= 65536 (got {size})")
    return _train_bpe(text, int(size))


def _train_bpe(text: str, size: int) -> Tokenizer:
    """Byte-pair encoding: merge the commonest pair again and again (ties: the smaller pair)."""
    types = Counter(_PIECE.findall(text))
    order = sorted(types)
    words = [list(w.encode()) for w in order]
    weight = [types[w] for w in order]
    pairs: Counter[tuple[int, int]] = Counter()
    where: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for i, w in enumerate(words):
        for pair in itertools.pairwise(w):
            pairs[pair] += weight[i]
            where[pair].add(i)
    pieces = [bytes([b]) for b in range(256)]
    merges: list[tuple[int, int]] = []
    queue = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(queue)
    while len(pieces) < size and queue:
        count, best = heapq.heappop(queue)
        if pairs.get(best) != -count:
            continue  # its count has changed since; the entry with the new one is in the queue
        if -count < 2:
            break
        new = len(pieces)
        merges.append(best)
        pieces.append(pieces[best[0]] + pieces[best[1]])
        changed = set()
        for i in sorted(where.pop(best)):
            old, words[i] = words[i], _merge(words[i], best, new)
            for pair in itertools.pairwise(old):
                pairs[pair] -= weight[i]
                changed.add(pair)
            for pair in itertools.pairwise(words[i]):
                pairs[pair] += weight[i]
                where[pair].add(i)
                changed.add(pair)
        for pair in changed:
            if pairs[pair] > 0:
                heapq.heappush(queue, (-pairs[pair], pair))
            else:
                del pairs[pair]
    return Tokenizer("bpe", tuple(p.decode("latin-1") for p in pieces), tuple(merges))


def _merge(word: list[int], pair: tuple[int, int], new: int) -> list[int]:
    """`word` with every occurrence of `pair`, from the left, written as `new`."""
    out: list[int] = []
    i = 0
    while i < len(word):
        if i + 1 < len(word) and (word[i], word[i + 1]) == pair:
            out.append(new)
            i += 2
        else:
            out.append(word[i])
            i += 1
    return out


def _apply(word: list[int], rank: dict[tuple[int, int], int]) -> list[int]:
    """The merges applied to the bytes of one piece, oldest merge first."""
    while len(word) > 1:
        best = min(itertools.pairwise(word), key=lambda p: rank.get(p, len(rank)))
        if best not in rank:
            break
        word = _merge(word, best, 256 + rank[best])
    return word
