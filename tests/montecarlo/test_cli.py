"""`refutable simulate`: every preset runs, files appear, wrong usage is told on one line."""

from __future__ import annotations

import csv
import io
import json
import sys

import pytest

from refutable.montecarlo import simulate as engine
from refutable.montecarlo.cli import INTERRUPTED
from refutable.montecarlo.figures import FIGURES
from refutable.montecarlo.presets import PRESETS
from refutable.verify.cli import main

SMALL = ["--generations", "2", "--runs", "64", "--no-progress"]


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_runs(name, capsys):
    assert main(["simulate", "--preset", name, *SMALL]) == 0
    table = rows(capsys.readouterr().out)
    assert {r["quantity"] for r in table} == set(PRESETS[name].quantities)
    assert [r["generation"] for r in table][-1] == "2"


def test_theory_stands_beside_the_numbers(capsys):
    """At level 1e-9 each interval holds the theory's number, and not one 1 % off."""
    args = ["--preset", "mixture", "--quantity", "sqnorm", "--generations", "3"]
    assert main(["simulate", *args, "--runs", "60000", "--level", "1e-9", "--no-progress"]) == 0
    for r in rows(capsys.readouterr().out):
        assert float(r["lo"]) < float(r["theory"]) < float(r["hi"])
        assert not float(r["lo"]) < 1.01 * float(r["theory"]) < float(r["hi"])


def test_a_file_says_what_the_command_line_does_not(tmp_path, capsys):
    file = tmp_path / "loop.toml"
    file.write_text(
        'preset = "mixture"\nruns = 64\nno-progress = true\nquantity = ["risk"]\ngenerations = 3\n'
        'truth = ["1/2", "1/2"]\nset = { n = 7, alpha = "1/3" }\n'
    )
    assert main(["simulate", "--config", str(file)]) == 0
    told = capsys.readouterr().out
    args = ["--set", "n=7", "--set", "alpha=1/3", "--truth", "1/2,1/2", "--quantity", "risk"]
    rest = ["--runs", "64", "--no-progress", "--generations", "3"]
    assert main(["simulate", "--preset", "mixture", *args, *rest]) == 0
    assert capsys.readouterr().out == told
    assert main(["simulate", "--config", str(file), "--generations", "2"]) == 0
    assert rows(capsys.readouterr().out) == rows(told)[:2]
    for wrong, code in (("nonsense = 1", 2), ("runs = 'many'", 2), ("set = 3", 2), ("[", 2)):
        file.write_text(wrong)
        assert main(["simulate", "--config", str(file)]) == code
        assert capsys.readouterr().err.count("\n") == 1
    assert main(["simulate", "--config", str(tmp_path / "no.toml")]) == 4


def test_parquet_where_pyarrow_is_there(tmp_path, monkeypatch, capsys):
    file = tmp_path / "t.parquet"
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["simulate", *SMALL, "-o", str(file)]) == 2
    assert "pip install pyarrow" in capsys.readouterr().err
    assert not file.exists()
    monkeypatch.undo()
    pyarrow = pytest.importorskip("pyarrow.parquet")
    args = ["simulate", *SMALL, "--preset", "linear-fresh", "--quantity", "risk", "--quantity", "l1"]
    for name in (file, tmp_path / "t.json"):
        assert main([*args, "-o", str(name)]) == 0
    table = pyarrow.read_table(file)
    assert table.to_pylist() == json.loads((tmp_path / "t.json").read_text())["rows"]
    kinds = {f.name: str(f.type) for f in table.schema}
    assert kinds == {"generation": "int64", "quantity": "string", "n": "int64",
                     **dict.fromkeys(("mean", "lo", "hi", "theory"), "double")}  # fmt: skip
    assert table["theory"].null_count == 2


def test_time_is_the_mean_collapse_time_up_to_m(capsys):
    """Two tokens, n = 2: T > m with chance 2^-m, so E min(T, m) = 2 - 2^(1 - m)."""
    args = ["--set", "n=2", "--truth", "1/2,1/2", "--quantity", "time", "--generations", "4"]
    assert main(["simulate", *args, "--runs", "20000", "--level", "1e-9", "--no-progress"]) == 0
    for r in rows(capsys.readouterr().out):
        m = int(r["generation"])
        assert float(r["lo"]) <= 2 - 2 ** (1 - m) <= float(r["hi"])
        assert m == 1 or float(r["hi"]) - float(r["lo"]) < 0.15


def test_options_reach_the_process(capsys):
    args = ["--set", "n=1", "--truth", "1/2,1/2", "--quantity", "collapsed", "--level", "1e-9"]
    assert main(["simulate", *args, *SMALL]) == 0
    assert {r["mean"] for r in rows(capsys.readouterr().out)} == {"1.0"}


def test_files_and_resume(tmp_path, capsys):
    out, picture, state = (tmp_path / f for f in ("t.json", "t.svg", "state"))
    args = ["simulate", *SMALL, "-o", str(out), "--plot", str(picture), "--resume", str(state)]
    assert main(args) == 0
    first = out.read_text(), picture.read_bytes()
    assert json.loads(first[0])["complete"]
    assert first[1].startswith(b"<?xml")
    assert main(args) == 0
    assert (out.read_text(), picture.read_bytes()) == first
    assert capsys.readouterr().out == ""
    assert main([*args, "--seed", "1"]) == 2
    assert "another run" in capsys.readouterr().err


def test_a_process_from_a_file(tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text(
        "import sympy as sp\n"
        "from refutable.derivations.families import Categorical\n"
        "from refutable.derivations.process import Draw, Model, Pool, Process\n"
        "step = Pool([Draw(Model(), sp.Symbol('k'))])\n"
        "loop = Process('loop', Categorical('q'), step, origin=0)\n"
    )
    args = ["simulate", *SMALL, "--set", "k=3", "--classes", "2"]
    assert main([*args, "--process", f"{file}:loop"]) == 0
    assert [r["generation"] for r in rows(capsys.readouterr().out)] == ["0", "1"]
    assert main([*args, "--process", f"{file}:none"]) == 2
    assert "it has loop" in capsys.readouterr().err
    assert main([*args, "--process", f"{tmp_path}/no.py:loop"]) == 4
    file.write_text("1/0")
    assert main([*args, "--process", f"{file}:loop"]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_ctrl_c_prints_what_is_there(monkeypatch, capsys):
    def interrupted(task, shards, pool=None, window=None):
        yield task(0)
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "run_sharded", interrupted)
    assert main(["simulate", "--generations", "1", "--runs", "9000"]) == INTERRUPTED
    out = capsys.readouterr()
    assert rows(out.out)[0]["n"] == "4096"
    assert "ended early (interrupted) after 4096 runs" in out.err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--preset", "nonsense"],
        ["--set", "n"],
        ["--set", "z=3"],
        ["--set", "n=many"],
        ["--set", "n=0"],
        ["--truth", "1/2,1/3"],
        ["--classes", "0"],
        ["--window", "3"],
        ["--preset", "linear-replace", "--classes", "3"],
        ["--quantity", "nonsense"],
        ["--executor", "threads"],
        ["--process", "file.py"],
        ["--plot", "table.xyz"],
        ["--runs", "0"],
        ["--full"],
        ["--adult", "file"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line(wrong, capsys):
    args = ["simulate", *SMALL, *wrong]
    assert main(args) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_list_names_presets_and_quantities(capsys):
    assert main(["simulate", "--list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in (*PRESETS, *FIGURES, *engine.QUANTITIES))
