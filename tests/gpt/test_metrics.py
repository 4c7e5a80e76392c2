"""What is measured, against sums written out, and against numbers that are known."""

import numpy as np
import pytest

from refutable.gpt import preset, rng
from refutable.gpt.launch import corpus_of

pytestmark = pytest.mark.torch


def stack(config, size, R=2):
    from refutable.gpt.model import initial, shape_of

    shape = shape_of(config, size)
    rows = [4 * initial(shape, rng.key(0, r, "test")) for r in range(R)]
    return shape, np.stack(rows).astype(np.float32)


def laws(torch, flat, shape, rows):
    """(R, windows, T, V) of windows, computed one replica and one window at a time."""
    from refutable.gpt.model import forward, logits, views

    out = []
    for r in range(len(flat)):
        p = views(flat[r : r + 1], shape)
        z = [logits(p, forward(p, torch.from_numpy(w[None, None]), shape)[0], shape) for w in rows]
        out.append(torch.cat(z).softmax(-1))
    return torch.stack(out).double().numpy()


def test_windows_hold_every_prediction_of_every_document_once(torch):
    from refutable.gpt.metrics import windows

    documents = np.arange(2 * 17).reshape(2, 17)
    told = [(int(w[i]), int(w[i + 1])) for w in windows(documents, 4) for i in range(4)]
    assert told == [(int(d[i]), int(d[i + 1])) for d in documents for i in range(16)]


def test_cross_entropy_and_divergence_are_the_sums_written_out(torch, monkeypatch):
    """On a known source, in several batches: nats of the tokens, and KL of the two laws."""
    from refutable.gpt import metrics

    config = preset(
        "smoke", corpus="markov:2", tokenizer="char:5", markov_documents=64, width=16, block=8,
        document=17, held_out=6,
    )  # fmt: skip
    corpus = corpus_of(config)
    shape, rows = stack(config, 5)
    flat = torch.from_numpy(rows)
    wins = metrics.windows(corpus.held_out, 8).astype(np.int64)
    q = laws(torch, flat, shape, wins[:, :-1])
    nll = -np.log(np.take_along_axis(q, np.stack([wins[:, 1:]] * 2)[..., None], -1))
    kl = [
        sum(
            (truth * np.log(truth / q[r, i, t])).sum()
            for i, w in enumerate(wins)
            for t in range(1, 8)
            for truth in [corpus.chain.table[w[t - 1] * 5 + w[t]]]
        )
        / (len(wins) * 7)
        for r in range(2)
    ]
    for tokens in (metrics.TOKENS, 40):
        monkeypatch.setattr(metrics, "TOKENS", tokens)
        found, divergence = metrics.cross_entropy(flat, shape, corpus, config)
        np.testing.assert_allclose(found, nll.mean((1, 2, 3)), rtol=1e-5)
        np.testing.assert_allclose(divergence, kl, rtol=1e-5)


def test_divergence_is_zero_for_the_truth_and_grows_with_an_error(torch, monkeypatch):
    """A model that is the chain itself: nothing is left but float32."""
    from refutable.gpt import metrics

    config = preset(
        "smoke", corpus="markov:1", tokenizer="char:5", markov_documents=64, document=65
    )
    corpus = corpus_of(config)
    shape, rows = stack(config, 5, R=1)
    table = torch.from_numpy(corpus.chain.table).float()
    for power in (1.0, 0.9):
        law = table**power / (table**power).sum(1, keepdim=True)
        monkeypatch.setattr(metrics, "forward", lambda p, x, shape, dtype: x.unsqueeze(-1))
        monkeypatch.setattr(metrics, "logits", lambda p, h, s: law.log()[h.squeeze(-1)])  # noqa: B023
        _, divergence = metrics.cross_entropy(torch.from_numpy(rows), shape, corpus, config)
        assert abs(divergence[0]) < 1e-6 if power == 1 else divergence[0] > 1e-3


def test_deviation_is_the_mean_distance_on_frozen_contexts(torch):
    from refutable.gpt import metrics

    config = preset("smoke", contexts=7, held_out=16)
    corpus = corpus_of(config)
    places = metrics.contexts(corpus, config)
    assert places.shape == (7, config.block)
    held = {w[:-1].tobytes() for w in metrics.windows(corpus.held_out, config.block)}
    assert all(c.tobytes() in held for c in places)
    shape, rows = stack(config, corpus.tokenizer.size)
    flat = torch.from_numpy(rows)
    found = metrics.next_laws(flat, shape, places, config)
    q = laws(torch, flat, shape, places.astype(np.int64))[:, :, -1]
    np.testing.assert_allclose(found.numpy(), q, rtol=1e-4, atol=1e-7)
    moved = metrics.deviation(found, found[[1, 1]])
    assert moved[0] == pytest.approx(np.abs(q[0] - q[1]).sum(-1).mean(), rel=1e-4)
    assert moved[1] == 0
