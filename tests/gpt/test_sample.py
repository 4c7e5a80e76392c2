"""The sampler against the law it is to sample, and its cache against none."""

import numpy as np
import pytest
from scipy.stats import binom, chi2

from refutable.gpt import preset, rng

pytestmark = pytest.mark.torch
FALSE_ALARM = 1e-9


def law_with_tails(torch, V=103):
    """Half of the tokens have p = 1e-6."""
    p = torch.from_numpy(rng.uniforms(rng.key(0, "law"), 0, V))
    p[V // 2 :] = 1e-6
    p[: V // 2] *= (1 - p[V // 2 :].sum()) / p[: V // 2].sum()
    return p


@pytest.mark.parametrize("V", [1, 2, 7, 103, 1000])
def test_every_token_owns_exactly_its_share_of_the_unit_interval(torch, V):
    """On an even grid of M points token j is picked M p_j times, to within 2: no randomness."""
    from refutable.gpt.sample import pick

    M = 1 << 14
    p = torch.from_numpy(rng.uniforms(rng.key(V, "law"), 0, V)).float()
    p[::3] *= 1e-3
    p = p / p.sum()
    u = (torch.arange(M, dtype=torch.float64) + 0.5) / M
    count = torch.bincount(pick(p.expand(M, -1), u), minlength=V)
    assert (count - M * p.double() / p.double().sum()).abs().max() <= 2


def test_rare_tokens_own_exactly_their_share(torch):
    """Where the picked token changes, by bisection: cells of 1e-6 and 1e-9 are as wide as said."""
    from refutable.gpt.sample import pick

    p = law_with_tails(torch).float()
    p[-3:] = 1e-9
    low = torch.zeros(len(p), dtype=torch.float64)
    high = torch.ones(len(p), dtype=torch.float64)
    for _ in range(60):
        middle = (low + high) / 2
        beyond = pick(p.expand(len(p), -1), middle) >= torch.arange(len(p))
        low, high = torch.where(beyond, low, middle), torch.where(beyond, middle, high)
    width = torch.diff(high, append=torch.ones(1, dtype=torch.float64))
    share = p.double() / p.double().sum()
    torch.testing.assert_close(width, share, rtol=1e-6, atol=0)


def test_chi_square_with_tokens_of_probability_1e_6(torch):
    """2**20 draws; the rare tokens as one class with its exact binomial tail (false alarm 1e-9).

    A sampler that loses the tail altogether would show 0 where 53 are expected: false pass 1e-23.
    """
    from refutable.gpt.sample import pick, unit_numbers

    p = law_with_tails(torch)
    N, rare = 1 << 20, len(p) // 2
    u = unit_numbers([rng.key(1, "draws")], torch.arange(N), 1).view(-1)
    assert u.dtype == torch.float64
    count = torch.zeros(len(p), dtype=torch.int64)
    for part in u.split(1 << 17):
        count += torch.bincount(pick(p.float().expand(len(part), -1), part), minlength=len(p))
    expected = N * p[:rare]
    statistic = float(((count[:rare] - expected) ** 2 / expected).sum())
    assert statistic < chi2.isf(FALSE_ALARM, rare - 1)
    tail, mass = int(count[rare:].sum()), float(p[rare:].sum())
    assert binom.ppf(FALSE_ALARM / 2, N, mass) <= tail <= binom.isf(FALSE_ALARM / 2, N, mass)


def test_a_token_of_probability_zero_is_never_picked(torch):
    from refutable.gpt.sample import pick

    p = torch.tensor([0.0, 0.5, 0.0, 0.0, 0.5, 0.0, 0.0])
    u = torch.tensor([2.0**-53, 0.25, 0.5, 0.75, 1 - 2.0**-53], dtype=torch.float64)
    assert pick(p.expand(5, -1), u).tolist() == [1, 1, 4, 4, 4]


def sampler(torch, arch, temperature=1.0, top_k=None, R=2, V=13):
    from refutable.gpt.model import initial, shape_of
    from refutable.gpt.sample import Sampler

    cfg = preset("smoke", arch=arch, layers=2, width=16, block=8, document=33)
    shape = shape_of(cfg, V)
    rows = np.stack([5 * initial(shape, rng.key(0, r, "test")) for r in range(R)])
    return Sampler(
        torch.from_numpy(rows.astype(np.float32)), shape, np.ones((R, V)),
        [rng.key(0, r, "sample") for r in range(R)], [temperature] * R, [top_k] * R,
    )  # fmt: skip


@pytest.mark.parametrize("arch", ["gpt2", "llama"])
def test_the_cache_equals_full_recomputation(torch, arch):
    """Every token of a document is the one that the uncached law of its context picks."""
    from refutable.gpt.model import forward, logits, views
    from refutable.gpt.sample import pick, unit_numbers

    s = sampler(torch, arch)
    B, D, T = 6, 33, s.shape.block
    documents = torch.from_numpy(s.documents(B, D).astype(np.int64))
    u = unit_numbers(s.keys, torch.arange(B), D)
    p = views(s.weights, s.shape)
    begin, at = 0, 0
    with torch.no_grad():
        for t in range(D - 1):
            if t - begin == T:
                begin = t - T // 2
            h = forward(p, documents[..., begin : t + 1], s.shape)
            z = logits(p, h[:, :, -1], s.shape)
            token = pick(z.softmax(-1).flatten(0, 1), u[..., t + 1].reshape(-1)).view(-1, B)
            at += int((token == documents[..., t + 1]).sum())
    assert at == 2 * B * (D - 1)


@pytest.mark.parametrize("arch", ["gpt2", "llama"])
def test_cached_states_equal_uncached_ones(torch, arch):
    from refutable.gpt.model import forward, views
    from refutable.gpt.sample import Decoder

    s = sampler(torch, arch)
    out = torch.from_numpy(np.random.default_rng(0).integers(0, 13, (2, 3, 9)))
    decode = Decoder(s, out, torch.full((2, 3, 9), 0.5, dtype=torch.float64))
    p = views(s.weights, s.shape)
    with torch.no_grad():
        decode.refill(out[..., :4])
        for t in range(4, 8):
            decode.position.fill_(t)
            bucket = next(b for b in decode.buckets if t < b)
            cached = forward(
                p, out[..., t : t + 1], s.shape, positions=decode.position,
                attention=decode.cached(bucket),
            )  # fmt: skip
            whole = forward(p, out[..., : t + 1], s.shape)[:, :, -1:]
            torch.testing.assert_close(cached, whole, rtol=1e-4, atol=1e-5)


def test_a_document_depends_on_its_row_alone(torch):
    s = sampler(torch, "gpt2")
    whole = s.documents(10, 17)
    assert (s.documents(4, 17, first_row=6) == whole[:, 6:]).all()
    s.rows = 6
    assert (s.documents(10, 17) == whole).all()
    assert s.documents(0, 17).shape == (2, 0, 17)


def test_temperature_and_top_k_do_what_their_stamp_says(torch):
    from refutable.gpt.sample import sharpen

    z = torch.tensor([[[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]]])
    out = sharpen(z.clone(), torch.tensor([0.5, 1.0]), [None, 2])
    assert out[0, 0].tolist() == [0.0, 2.0, 4.0]
    assert out[1, 0].tolist() == [float("-inf"), 1.0, 2.0]
    entropy = []
    for temperature in (1.0, 0.3):
        tokens = sampler(torch, "gpt2", temperature).documents(60, 9).ravel()
        law = np.bincount(tokens, minlength=13) / len(tokens)
        entropy.append(-(law[law > 0] * np.log(law[law > 0])).sum())
    assert entropy[1] < entropy[0]


def test_prompts_come_from_the_pool(torch):
    s = sampler(torch, "gpt2")
    s.prompts = np.zeros((2, 13))
    s.prompts[0, 4] = s.prompts[1, 12] = 7
    documents = s.documents(20, 3)
    assert set(documents[0, :, 0]) == {4}
    assert set(documents[1, :, 0]) == {12}


def test_a_sharper_model_is_caught_by_the_chi_square(torch):
    """The test above can fail: draws at temperature 0.95 are refused (power, not only size)."""
    from refutable.gpt.sample import pick, unit_numbers

    p = law_with_tails(torch)
    N, rare = 1 << 18, len(p) // 2
    u = unit_numbers([rng.key(1, "draws")], torch.arange(N), 1).view(-1)
    sharp = p ** (1 / 0.95)
    count = torch.bincount(pick(sharp.float().expand(N, -1), u), minlength=len(p))
    expected = N * p[:rare]
    assert float(((count[:rare] - expected) ** 2 / expected).sum()) > chi2.isf(
        FALSE_ALARM, rare - 1
    )
