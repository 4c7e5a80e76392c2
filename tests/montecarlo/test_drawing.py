"""Figures that are stopped: killed, interrupted, out of time. All go on to the same files.

No false alarms: everything compared is equal to the bit.
"""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from refutable.derivations.errors import UsageError
from refutable.montecarlo import cli, drawing, store
from refutable.montecarlo.drawing import draw, points
from refutable.montecarlo.executors import executor
from refutable.montecarlo.figures import FIGURES, make
from refutable.montecarlo.moments import Moments
from refutable.verify.cli import main

NAME = "gerstgrasser-fig7"
#: Three shards for each of two curves.
RUNS = 1200
ARGS = ["simulate", "--preset", NAME, "--runs", str(RUNS), "--no-progress"]
#: The command in a process that kills itself once some shards are under way.
KILLED = """
import sys
from refutable.montecarlo import cli, store
from refutable.verify.cli import main
from {module} import Stopping

store.EVERY = 0.0
cli._pool = lambda args, large: Stopping(6, 9)
sys.exit(main(sys.argv[1:]))
"""


class Stopping(Executor):
    """Sends its own process a real signal when it is given the k-th task."""

    _max_workers = 1

    def __init__(self, k: int, number: int):
        self.left, self.number = k, number

    def submit(self, fn, /, *args, **kwargs):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), self.number)
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def files(folder: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, bytes]:
    """What a figure is that nobody stops."""
    folder = tmp_path_factory.mktemp("whole")
    assert main([*ARGS, "-o", str(folder), "--executor", "serial"]) == 0
    assert set(files(folder)) == {f"{NAME}.csv", f"{NAME}.svg"}
    return files(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_figure_goes_on(whole, tmp_path, monkeypatch):
    script = KILLED.format(module=Path(__file__).stem)
    command = [sys.executable, "-c", script, *ARGS, "-o", str(tmp_path)]
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, timeout=100, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert set(files(tmp_path)) == {f"{NAME}.part"}
    drawn: list[tuple[int, int]] = []
    true = drawing._shard
    monkeypatch.setattr(drawing, "_shard", lambda blob, k: drawn.append(k) or true(blob, k))
    assert main([*ARGS, "-o", str(tmp_path), "--executor", "serial"]) == 0
    assert 0 < len(drawn) < 6
    assert files(tmp_path) == whole


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to oneself")
def test_ctrl_c_leaves_a_valid_partial_figure(whole, tmp_path, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        patch.setattr(cli, "_pool", lambda args, large: Stopping(5, signal.SIGINT))
        assert main([*ARGS, "-o", str(tmp_path)]) == cli.INTERRUPTED
    assert "the same command goes on" in capsys.readouterr().err
    assert set(files(tmp_path)) == {f"{NAME}.{e}" for e in ("part", "partial.csv", "partial.svg")}
    with (tmp_path / f"{NAME}.partial.csv").open() as file:
        table = list(csv.DictReader(file))
    assert {r["curve"] for r in table} <= {"replace", "accumulate"}
    assert {int(r["n"]) for r in table} <= {512, 1024, RUNS}
    assert main([*ARGS, "-o", str(tmp_path), "--executor", "serial"]) == 0
    assert files(tmp_path) == whole


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to oneself")
def test_ctrl_c_leaves_a_valid_table(tmp_path, monkeypatch, capsys):
    args = ["simulate", "--preset", "partially-synthetic", "--generations", "2", "--runs", "20000"]
    assert main([*args, "--executor", "serial", "--no-progress"]) == 0
    whole = capsys.readouterr().out
    args += ["--resume", str(tmp_path / "state"), "--no-progress"]
    with monkeypatch.context() as patch:
        patch.setattr(cli, "_pool", lambda args, large: Stopping(5, signal.SIGINT))
        assert main(args) == cli.INTERRUPTED
    part = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {int(r["n"]) for r in part} < {4096 * k for k in range(1, 5)}
    assert main(args) == 0
    assert capsys.readouterr().out == whole


def test_time_stops_within_a_figure(whole, tmp_path):
    """No time at all is one shard for each call."""
    args = [*ARGS, "-o", str(tmp_path), "--executor", "serial"]
    for done in ([1], [1, 1], [2, 1]):
        assert main([*args, "--max-seconds", "1e-9"]) == 0
        found = files(tmp_path)
        assert f"{NAME}.csv" not in found
        assert f"{NAME}.partial.csv" in found
        assert [c["done"] for c in json.loads(found[f"{NAME}.part"])["curves"]] == done
    assert main(args) == 0
    assert files(tmp_path) == whole


def test_whole_figures_of_a_stopped_run_are_not_simulated_again(tmp_path, monkeypatch):
    names = [NAME, "gerstgrasser-fig16"]
    told: list[str] = []
    assert make(names, tmp_path, told.append, runs=600, max_seconds=1e-9) == "time"

    def interrupt(done, total):
        if f"{NAME}.csv" in files(tmp_path):
            raise KeyboardInterrupt

    assert make(names, tmp_path, told.append, runs=600, progress=interrupt) == "interrupted"
    assert {f"{n}.part" for n in names} <= set(files(tmp_path))
    seen: list[str] = []
    true = drawing._curve
    monkeypatch.setattr(
        drawing, "_curve", lambda blob, k: seen.append(drawing._figure(blob)[0]) or true(blob, k)
    )
    assert make(names, tmp_path, told.append, runs=600) == ""
    assert set(seen) == {names[1]}
    assert not any("part" in f.split(".") for f in files(tmp_path))


def test_a_checkpoint_of_another_figure_is_refused(tmp_path):
    assert make([NAME], tmp_path, print, runs=600, max_seconds=1e-9) == "time"
    for change in ({"seed": 1}, {"runs": 601}):
        with pytest.raises(UsageError, match="another run"):
            make([NAME], tmp_path, print, **{"runs": 600, "max_seconds": 1e-9, **change})


def test_no_executor_changes_a_bit():
    """Serial, threads, and windows of another size; a stop after each shard."""
    figure = FIGURES[NAME]
    alone = points(figure(), draw(NAME, figure, 3, RUNS))
    with ThreadPoolExecutor(3) as pool:
        assert points(figure(), draw(NAME, figure, 3, RUNS, pool)) == alone
    assert points(figure(), draw(NAME, figure, 4, RUNS)) != alone


def test_workers_have_the_theory_that_is_lent():
    """Collapse times have the exact engine's numbers beside them, whoever simulates."""
    figure = FIGURES["seddik-fig4"]
    (k,) = (k for k, c in enumerate(figure().curves) if c.bins and c.label == "K = 1")
    task = drawing.task("seddik-fig4", figure, 0, 50)
    with executor("processes", 1) as pool:
        _, beside = pool.submit(task, (k, 0)).result()
    _, alone = task((k, 0))
    assert beside.words() == alone.words()
    assert sum(beside.known) == pytest.approx(1)


@pytest.mark.parametrize("pieces", [[5], [1, 4], [2, 2, 1]])
def test_moments_merge(pieces):
    values = np.random.default_rng(0).standard_normal((3, 5)) + 1e3
    values[0, 1] = values[2, :] = np.nan
    ends = np.cumsum(pieces)[:-1]
    first, *rest = [Moments.of_values(v) for v in np.split(values, ends, axis=1)]
    merged = sum(rest, first)
    assert merged.of == 5
    assert merged.n.tolist() == [4, 5, 0]
    assert np.allclose(merged.mean[:2], np.nanmean(values[:2], axis=1), rtol=1e-14)
    assert np.allclose(merged.squares / [3, 4, 1], [*np.nanvar(values[:2], axis=1, ddof=1), 0], rtol=1e-9)
    assert Moments.read(merged.words()).words() == merged.words()


def test_checkpoints_are_seldom(tmp_path, monkeypatch):
    file = store.Checkpoint(tmp_path / "c", "digest")
    file.save(lambda: {"x": 1})
    assert file.read() is None
    monkeypatch.setattr(store, "EVERY", 0.0)
    file.save(lambda: {"x": 2})
    assert (file.read() or {})["x"] == 2
