"""Directions read from claims, and what paired numbers make of them."""

from pathlib import Path

import pytest
import sympy as sp

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Schedule
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.quantity import Mean, SqNorm
from refutable.derivations.statement import And, Monotone, Prose, chain, eq, le, lt
from refutable.gpt.direction import directions
from refutable.gpt.evidence import CEILING, decide, evidence, evidence_config, settings_of
from refutable.gpt.planner import plan_of
from refutable.gpt.regimes import REGIMES
from refutable.verify.loader import load

t, n, alpha = sp.Symbol("t"), sp.Symbol("n"), sp.Function("alpha")
REPLACE, ACCUMULATE, FRESH = (REGIMES[k]() for k in ("replace", "accumulate", "fresh"))


def error(process, index=t):
    return Mean(SqNorm(process.model(index) - process.truth))


def make(statement, **fields):
    domain = {
        t: Integers(1),
        n: Integers(1),
        sp.Symbol("p"): Integers(1),
        alpha: Schedule(Reals(0)),
    }
    return claim("demo.x", statement, "monotonicity", domain=domain, **fields)[0]


class Numbers:
    """Results with made-up divergences: table[setting]["divergence"][generation][repeat]."""

    def __init__(self, **curves):
        self.table = {
            name.replace("_", "-"): {
                "divergence": {m: dict(enumerate(v)) for m, v in curve.items()}
            }
            for name, curve in curves.items()
        }


GROWS = Numbers(
    replace={1: [1.0, 1.1, 0.9, 1.0], 4: [2.0, 2.1, 2.0, 2.05]},
    accumulate={1: [1.0, 1.1, 0.9, 1.0], 4: [1.3, 1.41, 1.2, 1.31]},
)


CONFIG = evidence_config(
    settings_of(directions(make(Monotone(error(REPLACE), t, "increasing"))), {}), 4
)


def judged(statement, numbers=GROWS):
    asked = directions(make(statement))
    return decide(asked, numbers, evidence_config(settings_of(asked, {}), repeats=4))


def test_growth_is_read_and_supported():
    found = judged(Monotone(error(REPLACE), t, "increasing"))
    assert found.outcome == "holds"
    assert found.tested == (
        "error of replace at generation 1 < error of replace at the last generation",
    )
    assert "false alarm 0.001" in found.detail
    assert found.ceiling == CEILING == "supported"


def test_the_opposite_direction_is_told_and_never_refutes():
    found = judged(Monotone(error(REPLACE), t, "decreasing"))
    assert found.outcome == "undecided"
    assert "opposite direction" in found.detail


def test_a_bound_by_a_multiple_of_the_first_error():
    bounded = le(error(ACCUMULATE), sp.Rational(8, 5) * error(ACCUMULATE, 1))
    assert judged(bounded).outcome == "holds"
    assert judged(le(error(REPLACE), sp.Rational(8, 5) * error(REPLACE, 1))).outcome == "undecided"


def test_one_process_below_another_and_conjunctions():
    assert judged(lt(error(ACCUMULATE), error(REPLACE))).outcome == "holds"
    both = And(lt(error(ACCUMULATE), error(REPLACE)), lt(error(REPLACE), error(ACCUMULATE)))
    assert judged(both).outcome == "undecided"
    links = chain(error(ACCUMULATE, 1), "<", error(ACCUMULATE, 4), "<", error(REPLACE, 4))
    assert [str(d) for d in directions(make(links))] == [
        "error of accumulate at generation 1 < error of accumulate at generation 4",
        "error of accumulate at generation 4 < error of replace at generation 4",
    ]


def test_neighbouring_generations_are_the_last_two():
    (d,) = directions(make(lt(error(REPLACE), error(REPLACE, t + 1))))
    assert (d.low.at(4), d.high.at(4)) == (3, 4)


def test_no_difference_is_undecided():
    flat = Numbers(replace={1: [1.0, 1.1, 0.9, 1.0], 4: [1.01, 1.08, 0.91, 0.99]})
    found = judged(Monotone(error(REPLACE), t, "increasing"), flat)
    assert found.outcome == "undecided"
    assert "not seen" in found.detail
    assert found.visible[0] > 0


def test_a_second_look_is_taken_with_new_streams_where_something_is_open(monkeypatch):
    """Not where all is seen, and not where the opposite is; half of the false alarm each."""
    from refutable.gpt import evidence as module

    flat = Numbers(replace={1: [1.0, 1.1, 0.9], 4: [1.01, 1.08, 0.91]})
    steep = Numbers(replace={1: [1.0, 1.0, 1.0], 4: [2.0, 2.001, 2.002]})
    falls = Numbers(replace={1: [2.0, 2.001, 2.002], 4: [1.0, 1.0, 1.0]})
    for numbers, outcome, looks in (
        ([flat, steep], "holds", 2),
        ([flat, flat], "undecided", 2),
        ([steep], "holds", 1),
        ([falls], "undecided", 1),
    ):
        left, taken = list(numbers), []

        def run(config, folder, seconds, left=left, taken=taken):
            taken.append(config)
            return left.pop(0)

        monkeypatch.setattr(module, "_run", run)
        found = module.evidence(make(Monotone(error(REPLACE), t, "increasing")), root=3)
        assert (found.outcome, len(taken)) == (outcome, looks)
        assert [c.repeats for c in taken] == list(module.LOOKS[:looks])
        assert len({c.root for c in taken}) == looks
    asked = directions(make(Monotone(error(REPLACE), t, "increasing")))
    once, twice = (decide(asked, GROWS, CONFIG, k) for k in (1, 2))
    assert twice.interval[0] < once.interval[0]
    assert twice.interval[0] == decide([*asked, *asked], GROWS, CONFIG).interval[0]


def test_the_second_look_sees_what_it_was_sized_for():
    """Half of the effect that theory predicts for a filter, at a pilot's standard deviation."""
    from refutable.gpt.evidence import FALSE_ALARM, FALSE_PASS, LOOKS
    from refutable.gpt.stats import quantile

    repeats, sd, effect = LOOKS[1], 0.0087, 0.0136
    for asked in (1, 2):
        factors = [quantile(repeats - 1, p) for p in (FALSE_ALARM / 2 / asked, FALSE_PASS)]
        assert sum(factors) * sd / repeats**0.5 < effect


def test_symbols_that_stand_for_errors_are_read_through():
    S = sp.Function("S")
    c = make(Monotone(S(t), t, "increasing"), quantities={S: sp.Lambda(t, error(REPLACE))})
    assert directions(c)[0].high.process == REPLACE


@pytest.mark.parametrize(
    "statement",
    [
        eq(error(REPLACE), error(ACCUMULATE)),
        lt(error(REPLACE), 3),
        lt(Mean(SqNorm(REPLACE.model(t) - REPLACE.model(1))), error(REPLACE)),
        lt(error(REPLACE, 0), error(REPLACE)),
        Monotone(error(REPLACE), n, "increasing"),
        Prose("models collapse"),
    ],
)
def test_what_is_no_direction_is_refused(statement):
    with pytest.raises(OutsideFragment):
        directions(make(statement))
    assert evidence(make(statement)).outcome == "out of scope"


def test_the_example_claims_are_directions_that_documents_can_express():
    claims = {c.id: c for c in load([str(Path(__file__).with_name("loops.py"))])}
    told = {id: [str(d) for d in directions(c)] for id, c in claims.items()}
    assert told["own.accumulate"] == [
        "error of everything at the last generation < pi**2/6 * error of everything at"
        " generation 1",
        "error of everything at the last generation < error of synthetic at the last generation",
    ]
    plans = {s.name: plan_of(s, 4) for c in claims.values() for s in settings_of(directions(c), {})}
    for name in ("a tenth fresh, filtered", "a tenth fresh, sharply filtered"):
        kept = [line.count * line.keep for line in plans[name].sources(4)]
        assert sum(kept) == plans["a tenth fresh"].documents(4) == 72


@pytest.mark.torch
def test_a_claim_is_tested_by_training(torch, tmp_path, monkeypatch):
    """End to end on a run too small to show anything: an outcome, its rates, nothing stronger."""
    from dataclasses import replace

    from refutable.gpt import evidence as module

    full = module.evidence_config
    monkeypatch.setattr(
        module,
        "evidence_config",
        lambda *a: replace(full(*a), steps=3, generations=2, held_out=8, width=16),
    )
    c = make(Monotone(error(REPLACE), t, "increasing"))
    found = module.evidence(c, values={"n": 16}, looks=(2,), folder=tmp_path / "run")
    assert found.outcome in ("holds", "undecided")
    assert found.engine == "transformer"
    assert len(found.interval) == len(found.visible) == 1
    assert module.evidence(c, max_seconds=0).outcome == "skipped"
    too_much = module.evidence(make(Monotone(error(FRESH), t, "increasing")), values={"alpha": 2})
    assert (too_much.outcome, "outside [0, 1]" in too_much.detail) == ("out of scope", True)
