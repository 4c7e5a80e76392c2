"""The stacked model against plain modules written independently, one per replica."""

import numpy as np
import pytest

from refutable.gpt import preset, rng

pytestmark = pytest.mark.torch
R, V, B = 3, 11, 4


def config(arch, **changes):
    sizes = {"arch": arch, "layers": 2, "heads": 2, "width": 16, "block": 8, "document": 17}
    return preset("smoke", **{**sizes, "batch": B, "steps": 20, "warmup": 5, **changes})


def plain(torch, shape, row):
    """One replica as an ordinary module: nn.Embedding, nn.LayerNorm, nn.Linear, one head a time."""
    nn, F = torch.nn, torch.nn.functional
    d, hs = shape.width, shape.width // shape.heads

    class RMSNorm(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(d))

        def forward(self, x):
            return x / (x.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt() * self.weight

    def norm():
        return nn.LayerNorm(d, bias=False) if shape.arch == "gpt2" else RMSNorm()

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = norm(), norm()
            self.qkv, self.proj = nn.Linear(d, 3 * d, bias=False), nn.Linear(d, d, bias=False)
            self.up = nn.Linear(d, shape.hidden, bias=False)
            self.down = nn.Linear(shape.hidden, d, bias=False)
            if shape.arch == "llama":
                self.gate = nn.Linear(d, shape.hidden, bias=False)

        def head(self, q, k, v):
            T = q.shape[1]
            score = q @ k.transpose(1, 2) / hs**0.5
            score = score.masked_fill(~torch.ones(T, T, dtype=torch.bool).tril(), float("-inf"))
            return score.softmax(-1) @ v

        def turn(self, x):
            """Rotary positions as complex numbers."""
            half = x.shape[-1] // 2
            rate = 10000.0 ** (-torch.arange(half) / half)
            angle = torch.arange(x.shape[1]).outer(rate)
            z = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones(()), angle)
            return torch.cat([z.real, z.imag], -1)

        def forward(self, x):
            q, k, v = (t.split(hs, dim=2) for t in self.qkv(self.norm1(x)).split(d, dim=2))
            if shape.arch == "llama":
                q, k = [self.turn(t) for t in q], [self.turn(t) for t in k]
            x = x + self.proj(torch.cat([self.head(*h) for h in zip(q, k, v, strict=True)], 2))
            y = self.norm2(x)
            hidden = (
                F.gelu(self.up(y)) if shape.arch == "gpt2" else F.silu(self.gate(y)) * self.up(y)
            )
            return x + self.down(hidden)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(V, d)
            if shape.arch == "gpt2":
                self.position = nn.Embedding(shape.block, d)
            self.blocks = nn.ModuleList(Block() for _ in range(shape.layers))
            self.norm = norm()
            if shape.arch == "llama":
                self.head = nn.Linear(d, V, bias=False)

        def forward(self, x):
            h = self.embed(x)
            if shape.arch == "gpt2":
                h = h + self.position(torch.arange(x.shape[1]))
            for block in self.blocks:
                h = block(h)
            h = self.norm(h)
            return h @ self.embed.weight.T if shape.arch == "gpt2" else self.head(h)

    model = Model()
    at = 0
    for name, size in shape.parameters.items():
        value = torch.from_numpy(row[at : at + int(np.prod(size))].copy()).view(size)
        at += value.numel()
        parameter(model, name).data.copy_(value if name in FLAT or "norm" in name else value.T)
    return model


FLAT = ("embed", "position", "head")  # stored as (rows, d); other matrices as (in, out)


def parameter(model, name):
    parts = name.split(".")
    where = model.blocks[int(parts[0])] if len(parts) == 2 else model
    return getattr(where, parts[-1]).weight


def stack(torch, cfg):
    from refutable.gpt.model import initial, shape_of

    shape = shape_of(cfg, V)
    rows = [5 * initial(shape, rng.key(0, r, "test")) for r in range(R)]
    return shape, np.stack(rows).astype(np.float32)


def data(torch, cfg):
    from refutable.gpt.train import Data, rates, schedule

    tokens = np.random.default_rng(0).integers(0, V, (30, cfg.document))
    tables = [schedule(30, cfg, cfg.steps, r, 1) for r in range(R)]
    lr = np.stack([rates(cfg, cfg.steps, cfg.steps)] * R)
    return tokens, Data(
        torch.from_numpy(tokens.astype(np.int32)),
        torch.from_numpy(np.stack([a for a, _ in tables])),
        torch.from_numpy(np.stack([b for _, b in tables])),
        None,
        torch.from_numpy(lr),
    )


@pytest.mark.parametrize("arch", ["gpt2", "llama"])
def test_forward_and_gradients_equal_a_loop_of_plain_modules(torch, arch):
    from refutable.gpt.model import forward, logits, views

    cfg = config(arch)
    shape, rows = stack(torch, cfg)
    x = torch.from_numpy(np.random.default_rng(1).integers(0, V, (R, B, 9)))
    p = {k: t.detach().requires_grad_() for k, t in views(torch.from_numpy(rows), shape).items()}
    z = logits(p, forward(p, x[..., :-1], shape).flatten(1, 2), shape)
    loss = torch.nn.functional.cross_entropy(z.flatten(0, 1), x[..., 1:].flatten(), reduction="sum")
    loss.backward()
    for r in range(R):
        model = plain(torch, shape, rows[r])
        expected = model(x[r, :, :-1])
        torch.testing.assert_close(z[r].view(B, 8, V), expected, rtol=1e-4, atol=1e-5)
        torch.nn.functional.cross_entropy(
            expected.flatten(0, 1), x[r, :, 1:].flatten(), reduction="sum"
        ).backward()
        for name in shape.parameters:
            theirs = parameter(model, name).grad
            theirs = theirs if name in FLAT or "norm" in name else theirs.T
            torch.testing.assert_close(p[name].grad[r], theirs, rtol=2e-3, atol=2e-4)


@pytest.mark.parametrize("arch", ["gpt2", "llama"])
def test_twenty_steps_equal_torch_adamw_on_plain_modules(torch, arch):
    from refutable.gpt.train import Trainer

    cfg = config(arch, lr=1e-3)
    shape, rows = stack(torch, cfg)
    tokens, d = data(torch, cfg)
    trainer = Trainer(torch.from_numpy(rows.copy()), shape, d, cfg)
    assert trainer.run(20) == 20
    from refutable.gpt.model import views

    ours = views(trainer.state.flat, shape)
    for r in range(R):
        model = plain(torch, shape, rows[r])
        matrices = [p for p in model.parameters() if p.dim() > 1]
        norms = [p for p in model.parameters() if p.dim() == 1]
        groups = [
            {"params": matrices, "weight_decay": cfg.weight_decay},
            {"params": norms, "weight_decay": 0.0},
        ]
        adam = torch.optim.AdamW(groups, betas=(cfg.beta1, cfg.beta2), eps=1e-8)
        for s in range(20):
            for g in adam.param_groups:
                g["lr"] = float(d.lr[r, s])
            at = d.start[r, s].numpy()[:, None] + np.arange(cfg.block + 1)
            w = torch.from_numpy(tokens[d.document[r, s].numpy()[:, None], at])
            loss = torch.nn.functional.cross_entropy(
                model(w[:, :-1]).flatten(0, 1), w[:, 1:].flatten()
            )
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), cfg.clip)
            adam.step()
        for name in shape.parameters:
            theirs = parameter(model, name).data
            theirs = theirs if name in FLAT or "norm" in name else theirs.T
            torch.testing.assert_close(ours[name][r], theirs, rtol=5e-3, atol=5e-4)


@pytest.mark.parametrize(
    ("arch", "threads", "steps"), [("gpt2", 1, 20), ("llama", 1, 20), ("gpt2", 2, 5)]
)
def test_packs_of_one_two_and_four_are_bitwise_equal(torch, arch, threads, steps):
    """Weights after some steps, and sampled documents."""
    from refutable.gpt.model import initial, shape_of
    from refutable.gpt.sample import Sampler
    from refutable.gpt.train import Data, Trainer, rates, schedule

    cfg = config(arch, width=32, steps=steps)
    shape = shape_of(cfg, V)
    tokens = torch.from_numpy(np.random.default_rng(0).integers(0, V, (30, 17)).astype(np.int32))
    rows = np.stack([initial(shape, rng.key(0, r, "test")) for r in range(4)])
    tables = [schedule(30, cfg, steps, r, 1) for r in range(4)]
    lr = torch.from_numpy(rates(cfg, steps, steps))
    results = []
    torch.set_num_threads(threads)
    try:
        for size in (1, 2, 4):
            weights, documents = [], []
            for a in range(0, 4, size):
                some = range(a, a + size)
                d = Data(
                    tokens,
                    torch.from_numpy(np.stack([tables[r][0] for r in some])),
                    torch.from_numpy(np.stack([tables[r][1] for r in some])),
                    None,
                    lr.expand(size, -1),
                )
                trainer = Trainer(torch.from_numpy(rows[a : a + size].copy()), shape, d, cfg)
                trainer.run(steps)
                weights.append(trainer.state.flat)
                sampler = Sampler(
                    trainer.state.flat, shape, np.ones((size, V)),
                    [rng.key(0, r, "sample") for r in some], [1.0] * size, [None] * size,
                )  # fmt: skip
                documents.append(sampler.documents(5, 17))
            results.append((torch.cat(weights), np.concatenate(documents)))
    finally:
        torch.set_num_threads(1)
    for weights, documents in results[1:]:
        assert torch.equal(weights, results[0][0])
        assert (documents == results[0][1]).all()


def test_a_replica_that_is_not_finite_stops_alone(torch):
    from refutable.gpt.train import Trainer

    cfg = config("gpt2")
    shape, rows = stack(torch, cfg)
    _, d = data(torch, cfg)
    healthy = Trainer(torch.from_numpy(rows.copy()), shape, d, cfg)
    healthy.run(5)
    rows[1, 0] = np.inf
    trainer = Trainer(torch.from_numpy(rows.copy()), shape, d, cfg)
    trainer.run(5)
    assert trainer.state.finite.tolist() == [True, False, True]
    assert torch.equal(trainer.state.flat[[0, 2]], healthy.state.flat[[0, 2]])
    assert torch.equal(trainer.state.flat[1], torch.from_numpy(rows[1]))


def test_weights_of_documents_weigh_the_loss(torch):
    """Weight 2 on one row and 0 on the others is twice the loss of that row over B rows."""
    from refutable.gpt.train import Trainer

    cfg = config("gpt2")
    shape, rows = stack(torch, cfg)
    _, d = data(torch, cfg)
    trainer = Trainer(torch.from_numpy(rows), shape, d, cfg)
    x = torch.from_numpy(np.random.default_rng(1).integers(0, V, (R, B, 9)))
    w = torch.zeros(R, B)
    w[:, 2] = 2
    one = trainer.losses(x[:, 2:3, :-1], x[:, 2:3, 1:], None)
    some = trainer.losses(x[..., :-1], x[..., 1:], w)
    torch.testing.assert_close(some, 2 * one / B)


def test_large_vocabularies_are_chunked_over_replicas(torch, monkeypatch):
    from refutable.gpt import train

    cfg = config("gpt2")
    shape, rows = stack(torch, cfg)
    _, d = data(torch, cfg)
    trainer = train.Trainer(torch.from_numpy(rows), shape, d, cfg)
    x = torch.from_numpy(np.random.default_rng(1).integers(0, V, (R, B, 9)))
    whole = trainer.losses(x[..., :-1], x[..., 1:], None)
    monkeypatch.setattr(train, "LOGITS", 1)
    torch.testing.assert_close(trainer.losses(x[..., :-1], x[..., 1:], None), whole)


def test_a_shorter_replica_of_a_stack_stops_at_its_own_last_step(torch):
    from refutable.gpt.train import rates

    cfg = config("gpt2", warmup=2)
    lr = rates(cfg, 5, 9)
    assert (lr[5:] == 0).all()
    assert (rates(cfg, 5, 5) == lr[:5]).all()
    assert lr[:5].max() == np.float32(cfg.lr)
