"""The paths of a GPU as far as a CPU can go: recorded steps, and shapes on a device that is not there.

Nothing here runs a GPU. A recording shows that the step depends on nothing but tensors that keep
their storage; a fake device shows that every tensor of the path is made on the device it is on.
"""

import numpy as np
import pytest

from refutable.gpt import preset, rng
from tests.gpt.test_model import R, config, data, stack

pytestmark = pytest.mark.torch


@pytest.fixture
def recorded(torch, monkeypatch):
    from tests.gpt import tape

    tape.install(monkeypatch)
    return tape


@pytest.mark.parametrize("arch", ["gpt2", "llama"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_recorded_step_played_again_is_the_next_step(torch, recorded, arch, dtype):
    """20 steps of one recording are 20 steps, bit for bit: rates, tables and moments move on."""
    from refutable.gpt.train import Trainer

    cfg = config(arch, dtype=dtype)
    shape, rows = stack(torch, cfg)
    _, d = data(torch, cfg)
    eager = Trainer(torch.from_numpy(rows.copy()), shape, d, cfg)
    eager.run(20)
    trainer = Trainer(torch.from_numpy(rows.copy()), shape, d, cfg)
    trainer.run(3)
    again = trainer.captured()
    assert int(trainer.state.step) == 3
    for _ in range(17):
        again()
    for name, tensor in eager.state.tensors().items():
        assert torch.equal(tensor, trainer.state.tensors()[name]), name


def test_a_recording_keeps_what_the_host_has_read(torch, recorded):
    """The test above can fail: a rate that the host reads is the first one for ever, or refused."""
    from refutable.gpt.device import capture
    from refutable.gpt.train import Trainer

    cfg = config("gpt2")
    shape, rows = stack(torch, cfg)
    _, d = data(torch, cfg)
    trainer = Trainer(torch.from_numpy(rows), shape, d, cfg)
    total, rate = torch.zeros(()), [1.0]
    again = capture(lambda: total.add_(rate[0]), lambda: None, torch.device("cpu"))
    rate[0] = 2.0
    again()
    assert float(total) == 2.0  # once recorded, once played: 1 + 1, not 1 + 2
    with pytest.raises(RuntimeError, match="not permitted"):
        capture(lambda: float(trainer.state.step), lambda: None, torch.device("cpu"))


@pytest.mark.parametrize(("arch", "temperature"), [("gpt2", 1.0), ("llama", 1.0), ("gpt2", 0.7)])
def test_recorded_decoding_gives_the_same_documents(
    torch, recorded, monkeypatch, arch, temperature
):
    """One recording for each bucket serves every place, across the borders of windows."""
    from refutable.gpt import sample
    from tests.gpt.test_sample import sampler

    s = sampler(torch, arch, temperature, None if temperature == 1 else 5)
    eager = s.documents(5, 33)
    start, used = sample.Decoder.__init__, []

    def on_gpu(self, *a):
        start(self, *a)
        self.graphs = {}
        used.append(self.graphs)

    monkeypatch.setattr(sample.Decoder, "__init__", on_gpu)
    assert (s.documents(5, 33) == eager).all()
    assert [sorted(g) for g in used] == [[2, 4, 6, 8]]


@pytest.mark.parametrize("arch", ["gpt2", "llama"])
def test_the_paths_of_a_gpu_hold_together_on_a_device_that_is_not_there(torch, arch):
    """Shapes, types and devices of a bfloat16 step, of sampling and of measuring."""
    from refutable.gpt import sample, train
    from refutable.gpt.model import forward, logits, shape_of, views

    cfg = config(arch, dtype="bfloat16")
    shape = shape_of(cfg, 11)
    table = torch.zeros((R, 20, 4), dtype=torch.int64, device="meta")
    tokens = torch.zeros((30, cfg.document), dtype=torch.int32, device="meta")
    d = train.Data(tokens, table, table, None, torch.zeros((R, 20), device="meta"))
    trainer = train.Trainer(torch.zeros((R, shape.stride), device="meta"), shape, d, cfg)
    trainer.step()
    assert trainer.state.flat.device.type == trainer.loss.device.type == "meta"
    assert {t.dtype for t in trainer.state.tensors().values()} == {
        torch.float32, torch.int64, torch.bool,
    }  # fmt: skip
    keys = [rng.key(0, r, "x") for r in range(R)]
    s = sample.Sampler(
        trainer.state.flat, shape, np.ones((R, 11)), keys, [0.5] * R, [3] * R, torch.bfloat16
    )
    out = torch.zeros((R, 4, 17), dtype=torch.int64, device="meta")
    u = sample.unit_numbers(keys, torch.arange(4, device="meta"), 17)
    assert (u.device.type, u.dtype) == ("meta", torch.float64)
    decode = sample.Decoder(s, out, u)
    with torch.no_grad():
        decode.step(decode.buckets[0])
        decode.refill(out[..., :4])
        assert decode.cache.keys[0].dtype == torch.bfloat16
        p = views(trainer.state.flat, shape)
        h = forward(p, out[..., :8], shape, dtype=torch.bfloat16)
        z = logits(p, h.flatten(1, 2), shape)
    assert (z.device.type, z.dtype) == ("meta", torch.float32)


def test_products_in_bfloat16_keep_master_weights_in_float32(torch):
    """A step smaller than a bfloat16 of the weight is not lost."""
    from refutable.gpt.train import Trainer

    cfg = config("gpt2", dtype="bfloat16", lr=1e-6, weight_decay=0.0)
    shape, rows = stack(torch, cfg)
    _, d = data(torch, cfg)
    trainer = Trainer(torch.from_numpy(rows.copy()), shape, d, cfg)
    trainer.run(20)
    moved = trainer.state.flat - torch.from_numpy(rows)
    assert trainer.state.flat.dtype == trainer.state.m.dtype == torch.float32
    assert float((moved != 0).float().mean()) > 0.5
    assert float(moved.abs().max()) < 1e-3


def test_a_gpu_is_set_up_for_equal_bits(torch, monkeypatch):
    import os

    from refutable.gpt import device

    chosen = []
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    assert device.prepare("cuda:1") == torch.device("cuda:1")
    assert chosen == [torch.device("cuda:1")]
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    with device.fixed_order():
        assert torch.are_deterministic_algorithms_enabled()
    assert not torch.are_deterministic_algorithms_enabled()


def test_rows_at_once_are_a_matter_of_sizes(torch, monkeypatch):
    """A large vocabulary takes fewer rows, and no document changes."""
    from refutable.gpt import sample
    from tests.gpt.test_sample import sampler

    s = sampler(torch, "gpt2")
    whole = s.documents(6, 17)
    cache, size = 2 * 2 * 8 * 16 * 4, 24 * 13 + 96 * 17
    assert s.row_bytes(17) == cache + size
    monkeypatch.setattr(sample, "BYTES", 4 * s.row_bytes(17))
    sizes, batch = [], s._batch
    monkeypatch.setattr(s, "_batch", lambda rows, n: sizes.append(len(rows)) or batch(rows, n))
    assert (s.documents(6, 17) == whole).all()
    assert sizes == [2, 2, 2]  # two models: four rows at once


def test_losses_of_more_than_2_to_the_31_logits_are_refused(torch):
    from refutable.gpt.errors import ConfigError
    from refutable.gpt.model import Shape
    from refutable.gpt.train import Trainer

    big = Shape("gpt2", 2**17, 1, 1, 2, 128)
    with pytest.raises(ConfigError, match="take a smaller batch"):
        Trainer(torch.zeros(1, 1), big, None, preset("smoke", batch=128, block=128, document=129))
