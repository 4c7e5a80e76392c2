"""The command, its messages, its report; and the package where torch is missing."""

import subprocess
import sys
from dataclasses import replace

import pytest
from scipy.special import stdtrit

from refutable.gpt import Setting, preset
from refutable.gpt.cli import main
from refutable.gpt.launch import parse_shard
from refutable.gpt.regimes import REGIMES
from refutable.gpt.stats import interval, one_sided, quantile

WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None
import refutable.gpt
from refutable.gpt.cli import main
assert refutable.gpt.plan_of(refutable.gpt.preset("demo").settings[0], 3).documents(3)
raise SystemExit(main(["run", "--preset", "smoke", sys.argv[1]]))
"""


def test_without_torch_everything_imports_and_a_run_says_what_to_install(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(tmp_path / "run")], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "install it with `pip install 'refutable[gpt]'`" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--preset", "huge"], "no preset 'huge'; there are smoke, ci, demo"),
        (["run"], "give --preset NAME"),
        (["run", "--preset", "smoke", "--shard", "3/2"], "--shard must be i/N"),
        (["run", "--preset", "smoke", "--device", "cuda:9"], "sees no such device"),
        (["run", "--preset", "smoke", "--corpus", "file:none.txt"], "No such file"),
    ],
)
@pytest.mark.torch
def test_wrong_usage_is_one_line_and_code_two(
    torch, tmp_path, monkeypatch, capsys, arguments, message
):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.torch
def test_a_folder_that_is_no_run_is_refused(torch, tmp_path, capsys):
    for verb in ("status", "verify", "report"):
        assert main([verb, str(tmp_path)]) == 3
        assert "is no run folder" in capsys.readouterr().err


@pytest.mark.torch
def test_run_status_verify_report(torch, tmp_path, capsys):
    """The smoke preset from start to report, with the paired gap in the right direction."""
    folder = str(tmp_path / "smoke")
    assert main(["run", "--preset", "smoke", folder, "--workers", "1"]) == 0
    said = capsys.readouterr().out
    assert "pack 0 (repeats 0-1): complete" in said
    assert "replace - accumulate: 0." in said
    assert "BIASED" not in said
    assert main(["status", folder]) == 0
    assert main(["run", folder]) == 0
    assert main(["verify", folder]) == 0
    assert "6 stages, 0 problems" in capsys.readouterr().out
    assert main(["report", folder, "-o", str(tmp_path / "report")]) == 0
    page = (tmp_path / "report" / "index.html").read_text()
    for metric in ("cross_entropy", "deviation", "covered_3"):
        assert (tmp_path / "report" / f"{metric}.svg").read_bytes().count(b"<svg") == 1
        assert f"{metric}.svg" in page
    assert "floor, refit on same data" in page
    before = (tmp_path / "report" / "deviation.svg").read_bytes()
    assert main(["report", folder, "-o", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "deviation.svg").read_bytes() == before
    (tmp_path / "smoke" / "packs" / "p000" / "gen_001" / "fit" / "metrics.json").write_text("[]")
    assert main(["verify", folder]) == 1


def test_the_theorys_line_goes_through_the_first_curves_first_step():
    """On text: shapes of replace (m) and accumulate (sum 1/k^2), on one scale; its exponential."""
    from math import exp

    from refutable.gpt.planner import resolve
    from refutable.gpt.results import METRICS, Results

    config = resolve(preset("smoke"))
    table = {s.name: {metric: {} for metric in METRICS} for s in config.settings}
    curve = {1: {0: 2.0, 1: 2.2}, 2: {0: 2.3, 1: 2.5}, 3: {0: 9.0, 1: 9.0}}
    table["replace"]["cross_entropy"] = curve
    table["accumulate"]["cross_entropy"] = {1: curve[1]}
    results = Results(config, table, {})
    line = results.predicted("cross_entropy")
    assert line["replace"] == pytest.approx([2.1, 2.4, 2.7])
    assert line["accumulate"] == pytest.approx([2.1, 2.1 + 0.3 / 4, 2.1 + 0.3 / 4 + 0.3 / 9])
    assert results.predicted("perplexity")["replace"] == pytest.approx(
        [exp(x) for x in line["replace"]]
    )
    assert results.predicted("deviation") == results.predicted("distinct_3") == {}
    table["replace"]["divergence"] = {1: {0: 0.5}}
    assert results.predicted("divergence")["replace"] == pytest.approx([0.5, 1.0, 1.5])
    assert results.predicted("perplexity") == {}


@pytest.mark.torch
def test_a_biased_sampler_is_stamped_everywhere(torch, tmp_path, capsys):
    from refutable.gpt.launch import run
    from refutable.gpt.report import status, summary, write_report
    from refutable.gpt.results import read
    from refutable.gpt.store import Store

    cold = Setting("cold", REGIMES["replace"](), {"n": 20}, temperature=0.5, top_k=5)
    plain = Setting("plain", REGIMES["replace"](), {"n": 20})
    config = preset(
        "smoke", settings=(plain, cold), steps=2, generations=2, width=16, held_out=4, contexts=2,
        coverage_documents=2,
    )  # fmt: skip
    assert run(config, tmp_path / "run", threads=1)
    store = Store(tmp_path / "run")
    stamp = "biased sampler (temperature 0.5, top_k 5)"
    assert stamp in status(store)
    assert stamp in summary(read(store))
    assert stamp in write_report(store, tmp_path / "report").read_text()
    samplers = [g["sampler"] for g in store.manifest(0, 2, "draw")["groups"]]
    assert set(samplers) == {"unbiased sampler", stamp}
    from refutable.gpt.plots import draw_curves

    labels = draw_curves(read(store), "cross_entropy").axes[0].get_legend_handles_labels()[1]
    assert any(stamp in label for label in labels)


@pytest.mark.torch
def test_bench_prints_speeds_and_shares(torch, monkeypatch):
    from refutable.gpt import bench

    monkeypatch.setattr(bench, "ceilings", lambda device: (1e10, 1e11))
    rows = bench.bench("smoke", "cpu", [2], 1)
    assert [r.what for r in rows] == ["train", "sample"]
    assert all(r.tokens_per_second > 0 and r.limit > 0 for r in rows)
    assert "of the limit" in bench.table(rows)


@pytest.mark.torch
def test_a_directory_of_ray_says_what_to_install(torch, tmp_path, monkeypatch):
    from refutable.gpt.ray_launch import RayMissing, run_on_ray

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RayMissing, match=r"refutable\[ray\]"):
        run_on_ray(preset("smoke"), tmp_path / "run")


def test_shards_cover_every_pack_once():
    config = preset("bakshi", pack=3)
    found = sorted(
        p for i in range(3) for p in range(*parse_shard(f"{i}/3")[:1], len(config.packs), 3)
    )
    assert found == list(range(len(config.packs)))
    assert [list(r) for r in replace(config, repeats=7).packs] == [[0, 1, 2], [3, 4, 5], [6]]


def test_the_documented_array_script_takes_every_pack():
    """Its command is one that is understood, and its array is as long as its shards are many."""
    import argparse
    import re
    import shlex
    from pathlib import Path

    from refutable.gpt.cli import add_parser

    text = (Path(__file__).parents[2] / "docs" / "transformer.md").read_text()
    script = text.partition("#!/bin/bash")[2].partition("```")[0]
    (last,) = re.findall(r"--array=0-(\d+)", script)
    command = script.partition("refutable ")[2].replace("\\\n", " ")
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    found = []
    config = None
    for task in range(int(last) + 1):
        words = shlex.split(command.replace("$SLURM_ARRAY_TASK_ID", str(task)))
        a = parser.parse_args(words)
        config = preset(a.preset, pack=a.pack)
        i, N = parse_shard(a.shard)
        found += range(i, len(config.packs), N)
    assert sorted(found) == list(range(len(config.packs)))


def test_intervals_are_students():
    """Against the textbook: t(0.975, 2) = 4.302653; one repeat says nothing."""
    found = interval([1.0, 2.0, 3.0])
    assert found.high == pytest.approx(2 + 4.302653 / 3**0.5, abs=1e-6)
    assert interval([1.0]).low == float("-inf")
    for freedom in (1, 2, 3, 5, 10, 39):
        for tail in (0.4, 0.025, 1e-3, 1e-5):
            assert quantile(freedom, tail) == pytest.approx(-stdtrit(freedom, tail), rel=1e-9)
    low, visible = one_sided([1.0, 2.0, 3.0], 0.025, 0.025)
    assert low == pytest.approx(found.low)
    assert visible == pytest.approx(2 * 4.302653 / 3**0.5, abs=1e-5)
