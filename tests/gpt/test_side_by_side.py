"""What the benchmark rests on: the plain loop is the same model, and the guard says no."""

import sys
from pathlib import Path

import numpy as np
import pytest

from refutable.gpt import preset, rng
from refutable.gpt.stats import interval

pytestmark = pytest.mark.torch
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def side(torch, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield __import__("gpt_side_by_side")
    for name in ("gpt_side_by_side", "plain_gpt", "nanogpt"):
        sys.modules.pop(name, None)


def test_the_plain_model_with_our_weights_gives_our_logits(torch, side):
    from refutable.gpt.model import forward, initial, logits, shape_of, views

    config = preset("smoke", layers=2)
    shape = shape_of(config, 11)
    flat = torch.from_numpy(initial(shape, rng.key(0, 0, 1, "init")))[None]
    p = views(flat, shape)
    sizes = (shape.vocabulary, shape.block, shape.layers, shape.heads, shape.width)
    model = side.plain_gpt.PlainGPT(*sizes)
    for name, weight in model.named_parameters():
        ours = p[name.removesuffix(".weight").removeprefix("blocks.")][0]
        is_product = weight.ndim > 1 and "blocks" in name
        weight.data.copy_(ours.T if is_product else ours)
    x = torch.from_numpy(np.random.default_rng(0).integers(0, 11, (3, shape.block)))
    expected = logits(p, forward(p, x[None], shape).flatten(1, 2), shape)[0]
    found, _ = model(x, x)
    torch.testing.assert_close(found.flatten(0, 1), expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(model(x)[0][:, 0], found[:, -1])


def test_the_plain_loop_learns_and_samples(torch, side):
    config = preset("smoke", steps=30, warmup=5)
    documents = np.tile(np.arange(5, dtype=np.uint16), (8, 13))
    _, model = side.plain_gpt.train(config, documents, 5, "cpu", 0)
    x = torch.from_numpy(documents[:2, :16].astype(np.int64))
    loss = model(x[:, :-1], x[:, 1:].contiguous())[1].detach()
    assert float(loss) < 1.0 < np.log(5)
    told = model.generate(x[:1, :1], 20, top_k=1)
    assert told.tolist() == [[(int(x[0, 0]) + i) % 5 for i in range(21)]]


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        ([0.001, 0.002, -0.001], "equal within 0.02"),
        ([0.01, -0.015, 0.005], "not known well enough"),
        ([0.03, 0.02, 0.025], "NOT equal within 0.02"),
        ([-0.03, -0.02, -0.025], "NOT equal within 0.02"),
    ],
)
def test_the_guard_is_on_the_interval_over_seeds(side, differences, said):
    assert side.verdict(interval(differences)) == said
    assert side.equal(interval(differences)) == (said == "equal within 0.02")


def test_the_guard_on_bigrams_tells_a_colder_sampler(side):
    """Documents of one law are within the noise of dealing them out, those of a colder one not."""
    law = np.array([0.4, 0.3, 0.2, 0.08, 0.02])
    draw = np.random.default_rng(1)
    one, two = (draw.choice(5, (200, 33), p=law) for _ in range(2))
    cold = draw.choice(5, (200, 33), p=law**1.3 / (law**1.3).sum())
    assert side.distance(one, two) <= side.resampled(one, two)
    assert side.distance(one, cold) > side.resampled(one, cold)
