"""Philox against its authors' known answers, and streams that do not depend on who draws."""

import numpy as np
import pytest

from refutable.gpt import rng

# kat_vectors of the Random123 distribution: philox4x32, 10 rounds (counter, key, output).
KNOWN = [
    (
        "00000000 00000000 00000000 00000000",
        "00000000 00000000",
        "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ),
    (
        "ffffffff ffffffff ffffffff ffffffff",
        "ffffffff ffffffff",
        "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


def numbers(text):
    return [int(w, 16) for w in text.split()]


@pytest.mark.parametrize(("counter", "key", "output"), KNOWN)
def test_philox_gives_the_known_answers(counter, key, output):
    got = rng.philox(tuple(np.array([c], dtype=np.int64) for c in numbers(counter)), *numbers(key))
    assert [int(w[0]) for w in got] == numbers(output)


@pytest.mark.torch
@pytest.mark.parametrize(("counter", "key", "output"), KNOWN)
def test_philox_on_tensors_gives_the_known_answers(counter, key, output):
    torch = pytest.importorskip("torch")
    k0, k1 = (torch.tensor([k]) for k in numbers(key))
    got = rng.philox(tuple(torch.tensor([c]) for c in numbers(counter)), k0, k1)
    assert [int(w) for w in got] == numbers(output)


@pytest.mark.torch
def test_unit_numbers_have_52_bits_on_tensors_too():
    """As float32 they would be steps of 6e-8, and the last of them 1."""
    torch = pytest.importorskip("torch")
    stream = rng.key(3, "bits")
    high, low = rng.words(stream, 0, 1000), rng.words(stream, 1, 1000)
    got = rng.to_unit(torch.from_numpy(high), torch.from_numpy(low))
    assert got.dtype == torch.float64
    assert np.array_equal(got.numpy(), rng.to_unit(high, low))
    last = torch.tensor([2**32 - 1])
    assert float(rng.to_unit(last, last)) < 1


def test_a_longer_request_extends_a_shorter_one():
    stream = rng.key(0, 1, 2, "order")
    assert (rng.uniforms(stream, 3, 100)[:7] == rng.uniforms(stream, 3, 7)).all()


def test_streams_differ_by_every_part_of_their_key():
    keys = {
        rng.key(root, replicate, generation, stage)
        for root in range(3)
        for replicate in range(5)
        for generation in range(5)
        for stage in ("init", "order", "window")
    }
    assert len(keys) == 3 * 5 * 5 * 3


def test_uniforms_stay_inside_and_permutations_are_whole():
    ends = rng.to_unit(np.array([0, 2**32 - 1]), np.array([0, 2**32 - 1]))
    assert 0 < ends[0] < 2.0**-52
    assert ends[1] < 1
    assert sorted(rng.permutation(rng.key(0, "x"), 0, 50)) == list(range(50))


def test_normals_have_unit_variance():
    """20,000 numbers: mean and variance within 6.2 standard errors (false alarm 1e-9)."""
    x = rng.normals(rng.key(7, "normal"), 0, 20_001)
    assert len(x) == 20_001
    assert abs(x.mean()) < 6.2 / 20_000**0.5
    assert abs(x.var() - 1) < 6.2 * (2 / 20_000) ** 0.5
