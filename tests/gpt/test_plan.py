"""Regimes as numbers of documents: conserved, never met twice, read by theory."""

import itertools
from fractions import Fraction

import pytest
import sympy as sp

from refutable.derivations.families import Categorical
from refutable.derivations.process import (
    Draw,
    Exact,
    Filter,
    Mix,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Truth,
)
from refutable.gpt.config import Config, Setting
from refutable.gpt.errors import ConfigError, PlanError
from refutable.gpt.plan import read_config
from refutable.gpt.planner import plan_of, resolve
from refutable.gpt.presets import PRESETS, preset
from refutable.gpt.regimes import REGIMES
from refutable.gpt.theory import risks

VALUES = {"n": 12, "N": 8, "w": "3/5", "alpha": "1/4", "size": "12*t"}
n, t = sp.symbols("n t")
G = 5


def plan(name, mixing="stratified", **values):
    return plan_of(Setting(name, REGIMES[name](), {**VALUES, **values}, mixing=mixing), G)


def sizes(p):
    return [p.documents(m) for m in range(1, G + 1)]


def by_source(p, m):
    out = {}
    for line in p.sources(m):
        out[line.source] = out.get(line.source, 0) + line.count
    return out


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("replace", [12, 12, 12, 12, 12]),
        ("accumulate", [12, 24, 36, 48, 60]),
        ("replace-multiple", [12, 24, 36, 48, 60]),
        ("partial", [8, 20, 20, 20, 20]),
        ("fresh", [12, 12, 12, 12, 12]),
        ("fresh-growing", [12, 24, 36, 48, 60]),
        ("fresh-decaying", [12, 20, 32, 44, 56]),
        ("recent", [6, 12, 12, 12, 12]),
        ("window", [12, 24, 24, 24, 24]),
        ("sampled", [12, 12, 12, 12, 12]),
        ("filtered", [12, 12, 12, 12, 12]),
        ("weighted", [8, 20, 20, 20, 20]),
    ],
)
def test_pool_sizes(name, expected):
    assert sizes(plan(name)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("replace", {3: 12}),
        ("accumulate", {0: 12, 1: 12, 2: 12, 3: 12}),
        ("replace-multiple", {3: 48}),
        ("partial", {0: 8, 3: 12}),
        ("fresh", {0: 3, 3: 9}),
        ("fresh-growing", {0: 12, 3: 36}),
        ("fresh-decaying", {0: 8, 3: 36}),
        ("recent", {2: 6, 3: 6}),
        ("window", {2: 12, 3: 12}),
        ("sampled", {0: 3, 1: 3, 2: 3, 3: 3}),
        ("filtered", {0: 3, 3: 9}),
        ("weighted", {0: 8, 3: 12}),
    ],
)
def test_where_generation_four_comes_from(name, expected):
    assert by_source(plan(name), 4) == expected


@pytest.mark.parametrize("mixing", ["stratified", "random"])
@pytest.mark.parametrize("name", REGIMES)
def test_every_document_of_a_pool_is_drawn_once(name, mixing):
    """Real documents are met once each and in order; sampled rows do not overlap."""
    p = plan(name, mixing)
    real = [line for g in p.generations for line in g.lines if line.real]
    ends = [(line.start, line.start + line.count) for line in real]
    assert all(a[1] == b[0] for a, b in itertools.pairwise(ends))
    assert p.real_documents == sum(line.count for line in real)
    for g in p.generations:
        rows = sorted((x.start, x.start + x.count) for x in g.lines if not x.real)
        assert all(a[1] == b[0] for a, b in itertools.pairwise(rows))
        assert g.synthetic_rows == sum(x.count for x in g.lines if not x.real)
        pooled = [(use.drawn, p.at(use.drawn).lines.index(line)) for use, line in p.pool(g.index)]
        assert len(pooled) == len(set(pooled))
        assert all(line.source < use.drawn <= g.index for use, line in p.pool(g.index))


def test_random_mixing_keeps_the_size_and_depends_on_the_repeat():
    s = Setting("s", REGIMES["sampled"](), {"n": 100}, mixing="random")
    a, b = plan_of(s, 4, root=0, replicate=0), plan_of(s, 4, root=0, replicate=1)
    assert sizes_of(a) == sizes_of(b) == [100] * 4
    assert a != b
    assert a == plan_of(s, 4, root=0, replicate=0)


def sizes_of(p):
    return [p.documents(m) for m in range(1, 5)]


def test_schedules_are_read_in_the_papers_clock():
    process = Process(
        "p",
        Categorical("p"),
        Pool([Draw(Mix(1 / (t + 1), Truth(), Model()), n)]),
        index=t,
        origin=0,
    )
    p = plan_of(Setting("s", process, {"n": 12}), 3)
    assert [by_source(p, m) for m in (2, 3)] == [{0: 6, 1: 6}, {0: 4, 2: 8}]


def test_a_reused_batch_is_the_same_documents():
    p = plan("window")
    assert [(u.drawn, line.source) for u, line in p.pool(4)] == [(4, 3), (3, 2)]
    p = plan("partial")
    assert [(u.drawn, line.start) for u, line in p.pool(4) if line.real] == [(1, 0)]


def test_weights_are_shares_of_batches_and_drop_out_with_them():
    assert [u.share for u in plan("weighted").at(3).uses] == [Fraction(3, 5), Fraction(2, 5)]
    process = Process(
        "p",
        Categorical("p"),
        Pool([Draw(Model(), n, "a"), Past("a", 1)], [sp.Rational(1, 3), sp.Rational(2, 3)]),
        index=t,
    )
    p = plan_of(Setting("s", process, {"n": 4}), 2)
    assert [u.share for u in p.at(1).uses] == [None]
    assert [u.share for u in p.at(2).uses] == [Fraction(1, 3), Fraction(2, 3)]


@pytest.mark.parametrize(
    ("step", "values", "message"),
    [
        (Pool([Exact(Model())]), {}, "infinitely large"),
        (Pool([Draw(Model(), n)]), {}, "needs a value for n"),
        (Pool([Draw(Model(), n / 5)]), {"n": 7}, "no whole number"),
        (Pool([Draw(Mix(n, Truth(), Model()), 5)]), {"n": 2}, r"outside \[0, 1\]"),
        (Pool([Draw(Mix(sp.Rational(1, 2), Truth(), Model(2)), 5)]), {}, "before the truth"),
        (Pool([Draw(Model(2), 5)]), {}, "no data"),
        (Pool([Draw(Model(), 5, keep=Filter(1, 0, empty="keep"))]), {}, "no reading as data"),
    ],
)
def test_what_documents_cannot_express_is_refused(step, values, message):
    process = Process("p", Categorical("p"), step, index=t)
    with pytest.raises(PlanError, match=message):
        plan_of(Setting("s", process, values), 2)


def test_first_order_risk_has_the_closed_forms():
    """Linear, harmonic, and sum of 1/k**2: as Gerstgrasser et al. print them."""
    H = [sum(Fraction(1, k) for k in range(1, m + 1)) for m in range(1, G + 1)]
    H2 = [sum(Fraction(1, k * k) for k in range(1, m + 1)) for m in range(1, G + 1)]
    assert [12 * r for r in risks(plan("replace"))] == list(range(1, G + 1))
    assert [12 * r for r in risks(plan("replace-multiple"))] == H
    assert [12 * r for r in risks(plan("accumulate"))] == H2
    assert [12 * r for r in risks(plan("sampled"))][1] == Fraction(5, 4)


def test_first_order_risk_with_a_fixed_fresh_share_solves_its_recurrence():
    """r(m) = 1/n + (1 - alpha)**2 r(m - 1), with alpha = 1/4."""
    r = [12 * x for x in risks(plan("fresh"))]
    assert all(b == 1 + Fraction(9, 16) * a for a, b in itertools.pairwise(r))


def test_settings_that_agree_so_far_share_a_fit():
    a, b = plan("replace"), plan("accumulate")
    assert a.lineage(1) == b.lineage(1)
    assert a.lineage(2) != b.lineage(2)
    cold = plan_of(Setting("cold", REGIMES["replace"](), VALUES, temperature=0.5), G)
    assert cold.lineage(1) == a.lineage(1)
    assert cold.lineage(2) != a.lineage(2)


def test_the_char_grid_has_370_distinct_fits():
    """4 settings x 10 repeats x 10 generations share the first fit of each repeat."""
    config = resolve(preset("bakshi-char"))
    fits = {
        (s.plan(r).lineage(m), r, m)
        for s in config.settings
        for r in range(10)
        for m in range(1, 11)
    }
    assert len(fits) == 370


@pytest.mark.torch
@pytest.mark.parametrize(
    ("name", "vocabulary", "low", "high"),
    [
        ("bakshi", 50257, 15.5e6, 16.5e6),
        ("bakshi-char", 100, 3.15e6, 3.25e6),
        ("gerst-gpt2-9m", 50257, 8.5e6, 9.5e6),
        ("gerst-llama-12m", 10240, 11.5e6, 12.5e6),
        ("gerst-llama-42m", 16384, 41.5e6, 42.5e6),
        ("gerst-llama-125m", 26000, 124.5e6, 126.5e6),
    ],
)
def test_models_have_the_printed_number_of_parameters(torch, name, vocabulary, low, high):
    from refutable.gpt.model import shape_of

    config = preset(name)
    assert config.tokenizer in ("char", f"bpe:{vocabulary}")
    assert low < shape_of(config, vocabulary).count < high


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("seddik", {"tokenizer": "char:65", "contexts": 300, "steps": 2000, "arch": "gpt2"}),
        (
            "bakshi",
            {"layers": 4, "heads": 4, "width": 256, "block": 128, "batch": 32, "steps": 3000,
             "generations": 10, "repeats": 10, "held_out": 500},
        ),
        ("gerst-gpt2-9m", {"epochs": 1.0, "arch": "gpt2", "generations": 5}),
        ("gerst-llama-42m", {"epochs": 1.0, "arch": "llama", "generations": 5}),
    ],
)  # fmt: skip
def test_presets_have_the_printed_numbers(name, told):
    config = preset(name)
    assert {k: getattr(config, k) for k in told} == told
    names = [s.name for s in config.settings]
    assert names == {
        "seddik": ["replace", "partial"],
        "bakshi": ["replace", "accumulate", "fresh", "fresh-decaying"],
        "gerst-llama-42m": ["replace", "accumulate", "replace-multiple"],
        "gerst-gpt2-9m": [
            "replace", "accumulate", "replace-multiple", "replace, 0.3", "accumulate, 0.3",
        ],
    }[name]  # fmt: skip


def test_the_papers_corpora_are_large_enough_for_their_presets():
    """Seven eighths of 1.1M characters, of 470M tokens, of 34,000 plots of about 257 tokens."""
    for name, have in (("seddik", 1_115_394), ("gerst-gpt2-9m", 470e6), ("bakshi", 34_000 * 257)):
        config = resolve(preset(name))
        need = max(p.real_documents for s in config.settings for p in s.plans)
        need = max(need, 2 * config.settings[0].plan(0).documents(1) * config.floors)
        assert need <= have // config.document * 7 / 8


@pytest.mark.parametrize("name", PRESETS)
def test_a_resolved_configuration_survives_its_file(name):
    import json

    config = resolve(PRESETS[name]())
    again = read_config(json.loads(json.dumps(config.to_json())))
    assert again.digest() == config.digest()
    assert again.settings[-1].plans == config.settings[-1].plans


def test_the_digest_changes_with_any_number_of_the_run():
    config = resolve(preset("smoke"))
    for change in ({"lr": 0.5}, {"root": 1}, {"corpus": "stdlib"}, {"generations": 2}):
        assert resolve(preset("smoke", **change)).digest() != config.digest()
    assert resolve(preset("smoke", checkpoint_seconds=1.0)).digest() == config.digest()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"document": 100}, "multiple of block"),
        ({"width": 33}, "no multiple of heads"),
        ({"settings": ()}, "at least one setting"),
        ({"pack": 0}, "pack must be an integer >= 1"),
        ({"colour": 1}, "no field 'colour'"),
    ],
)
def test_a_configuration_says_what_does_not_fit(change, message):
    with pytest.raises(ConfigError, match=message):
        preset("smoke", **change)


def test_anything_but_temperature_one_is_stamped():
    assert Setting("s", REGIMES["replace"](), {}).sampler == "unbiased sampler"
    assert "biased sampler (temperature 0.3)" in str(preset("gerst-gpt2-9m").settings[-1].to_json())
    assert isinstance(preset("smoke"), Config)
    assert Once(Truth(), 3, "x").name == "x"
