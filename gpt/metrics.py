"""What is measured of a model: held-out cross-entropy, divergence from a known truth, deviation
from generation 1, and how much of the language its documents still cover.

Cross-entropy is over *all* fixed windows of the held-out documents, so it has no sampling noise of
its own and settings are compared on the same tokens. The deviation ||p_m - p_1||_1 on frozen
contexts has a large noise floor: two fits of the same data differ by much of what a chain shows.
It is never reported without both floors (refit on the same data, refit on fresh real data).
"""

from __future__ import annotations

import numpy as np

from ._torch import Tensor, torch
from .config import Config
from .corpus import Corpus
from .model import Shape, forward, logits, views

__all__ = ["contexts", "coverage", "cross_entropy", "deviation", "next_laws", "windows"]

F = torch.nn.functional

TOKENS = 16384  # tokens of all replicas evaluated at once, on a CPU


def windows(documents: np.ndarray, block: int) -> np.ndarray:
    """(documents * windows, block + 1): every prediction of every document exactly once."""
    _count, length = documents.shape
    starts = np.arange(0, length - 1, block)
    index = starts[:, None] + np.arange(block + 1)
    return documents[:, index].reshape(-1, block + 1)


@torch.no_grad()
def cross_entropy(
    flat: Tensor, shape: Shape, corpus: Corpus, config: Config
) -> tuple[np.ndarray, np.ndarray | None]:
    """(R,) nats per token on the held-out windows; (R,) mean KL(truth || model) where it is known.

    The divergence is the exact one between the two laws of the next token, averaged over those
    held-out places that have at least K tokens of context in their window.
    """
    R, device = flat.shape[0], flat.device
    p = views(flat, shape)
    wins = windows(corpus.held_out, shape.block)
    dtype = getattr(torch, config.dtype)
    nll = torch.zeros(R, dtype=torch.float64, device=device)
    kl = torch.zeros(R, dtype=torch.float64, device=device)
    places = 0
    budget = TOKENS if device.type == "cpu" else 64 * TOKENS
    budget = min(budget, 2**30 // shape.vocabulary)
    step = max(1, budget // (R * shape.block))
    for a in range(0, len(wins), step):
        w = torch.from_numpy(wins[a : a + step].astype(np.int64)).to(device)
        x = w[:, :-1].unsqueeze(0).expand(R, -1, -1)
        h = forward(p, x, shape, dtype=dtype).flatten(1, 2)
        logp = logits(p, h, shape).log_softmax(-1)  # (R, rows, V)
        y = w[:, 1:].reshape(1, -1, 1).expand(R, -1, 1)
        nll -= logp.gather(2, y).double().sum((1, 2))
        if corpus.chain is not None:
            truth, at = _truth(corpus, wins[a : a + step], device)
            places += len(at)
            q = logp[:, at].double()
            kl += (truth * (truth.log() - q)).sum((1, 2))
    ce = nll.cpu().numpy() / (len(wins) * shape.block)
    return ce, (kl.cpu().numpy() / places if places else None)


def _truth(corpus: Corpus, wins: np.ndarray, device: torch.device) -> tuple[Tensor, Tensor]:
    """(places, V) exact laws, (places,) their rows among the predictions of these windows."""
    chain = corpus.chain
    assert chain is not None
    T = wins.shape[1] - 1
    known = np.arange(chain.order - 1, T)  # the prediction at place t sees tokens 0 ... t
    index = known[:, None] + np.arange(-chain.order + 1, 1)
    laws = chain.conditional(wins[:, index])  # (windows, places, V)
    rows = (np.arange(len(wins))[:, None] * T + known).reshape(-1)
    return torch.from_numpy(laws.reshape(len(rows), -1)).to(device), torch.from_numpy(rows).to(
        device
    )


def contexts(corpus: Corpus, config: Config) -> np.ndarray:
    """(C, block) frozen contexts: the starts of held-out windows, spread evenly over them."""
    wins = windows(corpus.held_out, config.block)[:, :-1]
    chosen = np.linspace(0, len(wins) - 1, min(config.contexts, len(wins))).round().astype(int)
    return np.ascontiguousarray(wins[chosen])


@torch.no_grad()
def next_laws(flat: Tensor, shape: Shape, places: np.ndarray, config: Config) -> Tensor:
    """(R, C, V) each model's law of the token after each context (C, block)."""
    p = views(flat, shape)
    x = torch.from_numpy(places.astype(np.int64)).to(flat.device)
    h = forward(
        p, x.unsqueeze(0).expand(len(flat), -1, -1), shape, dtype=getattr(torch, config.dtype)
    )
    return logits(p, h[:, :, -1], shape).softmax(-1)


def deviation(laws: Tensor, first: Tensor) -> np.ndarray:
    """(R,) the mean over contexts of ||p_m - p_1||_1; between 0 and 2."""
    return (laws - first).abs().sum(-1).double().mean(-1).cpu().numpy()


def coverage(documents: np.ndarray, held_out: np.ndarray, order: int = 3) -> dict[str, float]:
    """Distinct n-grams per n-gram of `documents`, and the share of held-out n-grams among them.

    >>> a = np.array([[0, 1, 0, 1]], dtype=np.uint16)
    >>> coverage(a, np.array([[0, 1, 1, 1]]), order=2)["covered_2"] == 1 / 3
    True
    """
    out = {}
    for k in range(1, order + 1):
        ours, theirs = _grams(documents, k), _grams(held_out, k)
        distinct = np.unique(ours)
        out[f"distinct_{k}"] = len(distinct) / len(ours)
        out[f"covered_{k}"] = float(np.isin(theirs, distinct).mean())
    return out


def _grams(documents: np.ndarray, k: int) -> np.ndarray:
    """All k-grams inside documents, each as one number."""
    d = documents.astype(np.int64)
    code = np.zeros((d.shape[0], d.shape[1] - k + 1), dtype=np.int64)
    for j in range(k):
        code = code * 65536 + d[:, j : d.shape[1] - k + 1 + j]
    return code.reshape(-1)
