"""Simulations: tables, resuming, stopping early, files that are whole or absent.

False alarms: at most 1e-9 for each of the intervals compared with exact numbers.
"""

from __future__ import annotations

import json

import pytest
import sympy as sp

from refutable.derivations.errors import DomainError, PathNotFound, UsageError
from refutable.derivations.quantity import Mean, SqNorm
from refutable.montecarlo import simulate
from refutable.montecarlo.engine import Job
from refutable.montecarlo.simulate import QUANTITIES, run
from refutable.montecarlo.store import read_checkpoint, write_atomic

LEVEL = 1e-9


def test_rows_hold_the_recurrence(fs, at):
    """S' = 1/2 + S/2 with two draws per generation, from S_0 = 5/9."""
    table = run(fs, at, 4, 20_000, alpha=LEVEL)
    s = 5 / 9
    for row in table.rows:
        s = 0.5 + 0.5 * s
        assert row.lo < s < row.hi
        assert row.hi - row.lo < 0.04
    assert [r.generation for r in table.rows] == [1, 2, 3, 4]
    assert table.complete


def test_every_named_quantity_has_rows(fs, at):
    named = [q for q in QUANTITIES if q not in ("trace", "frobenius")]
    table = run(fs, at, [1, 3], 4096, named)
    assert [(r.generation, r.quantity) for r in table.rows] == [
        (g, q) for g in (1, 3) for q in named
    ]
    assert all(r.lo <= r.mean <= r.hi for r in table.rows)
    drift = next(r for r in table.rows if r.quantity == "drift")
    assert (drift.mean, drift.generation) == (0.0, 1)


def test_own_quantities_and_the_papers_clock(processes, at):
    process = processes["MIX"]
    table = run(process, at, 2, 4096, {"mine": Mean(SqNorm(process.model(process.index)) ** 2)})
    assert [r.generation for r in table.rows] == [0, 1]
    assert {r.quantity for r in table.rows} == {"mine"}


def test_unbounded_errors_get_a_lower_limit(accumulate_linear):
    f = accumulate_linear.family
    where = {f.d: sp.Integer(1), f.rows: sp.Integer(8), f.sigma2: sp.Integer(1)}
    table = run(accumulate_linear, where, [2], 5000, ["risk"])
    row = table.rows[0]
    assert 0 < row.lo < 1.25 / 6
    assert row.hi == float("inf")
    assert json.loads(table.json())["rows"][0]["hi"] is None


class Stop(Exception):
    """Ends a run from its progress callback."""


def test_resumed_runs_reach_the_same_numbers(fs, at, tmp_path):
    whole = run(fs, at, 3, 40_000, ["sqnorm", "collapsed"], seed=4)
    file = tmp_path / "run.json"

    def stop(done, total):
        if done == 4:
            raise Stop

    with pytest.raises(Stop):
        run(fs, at, 3, 40_000, ["sqnorm", "collapsed"], seed=4, checkpoint=file, progress=stop)
    seen = []
    resumed = run(fs, at, 3, 40_000, ["sqnorm", "collapsed"], seed=4, checkpoint=file,
                  progress=lambda done, total: seen.append(done))  # fmt: skip
    assert resumed == whole
    assert seen[0] == 5
    with pytest.raises(UsageError, match="another run"):
        run(fs, at, 3, 40_000, ["sqnorm"], seed=5, checkpoint=file)


def test_interrupted_runs_give_what_they_have(fs, at, tmp_path):
    def interrupt(done, total):
        if done == 2:
            raise KeyboardInterrupt

    file = tmp_path / "run.json"
    part = run(fs, at, 1, 40_000, checkpoint=file, progress=interrupt, alpha=LEVEL)
    assert not part.complete
    assert part.rows[0].n == part.runs == 2 * 4096
    assert part.rows[0].lo < 7 / 9 < part.rows[0].hi
    assert json.loads(file.read_text())["shards"] == 2
    short = run(fs, at, 1, 40_000, max_seconds=0)
    assert short.runs == 4096


def test_files_are_whole_or_absent(fs, at, tmp_path, monkeypatch):
    table = run(fs, at, 1, 100)
    table.write(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == table.csv()
    table.write(tmp_path / "t.json")
    assert json.loads((tmp_path / "t.json").read_text())["runs"] == 4096
    monkeypatch.setattr("os.replace", lambda a, b: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_atomic(tmp_path / "t.csv", "half")
    assert sorted(f.name for f in tmp_path.iterdir()) == ["t.csv", "t.json"]
    assert (tmp_path / "t.csv").read_text() == table.csv()
    with pytest.raises(PathNotFound):
        table.write(tmp_path / "no" / "t.csv")


@pytest.mark.parametrize("text", ["not json", "[]", '{"schema": "other"}'])
def test_foreign_checkpoints_are_refused(text, tmp_path):
    (tmp_path / "c").write_text(text)
    with pytest.raises(UsageError, match="name another file"):
        read_checkpoint(tmp_path / "c", "digest")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"generations": 0}, DomainError),
        ({"generations": [-1]}, DomainError),
        ({"runs": 0}, DomainError),
        ({"quantities": ["nonsense"]}, UsageError),
        ({"quantities": []}, UsageError),
    ],
)
def test_bad_requests_are_errors(change, error, fs, at):
    args = {"generations": 1, "runs": 10, **change}
    with pytest.raises(error):
        run(fs, at, **args)


def test_shards_sample_once_for_all_quantities(fs, at, monkeypatch):
    calls = []
    true = Job.paths
    monkeypatch.setattr(Job, "paths", lambda job, k: calls.append(k) or true(job, k))
    simulate.run(fs, at, 5, 8192, ["sqnorm", "tv"])
    assert calls == [0, 1]
