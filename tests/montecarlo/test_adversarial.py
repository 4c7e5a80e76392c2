"""Inputs at the edges, from the command line: the exact answer or one clear line, never a wrong number.

False alarms: none; the numbers here are exact, or intervals at level 1e-9 (2).
"""

from __future__ import annotations

import csv
import io
import math

import pytest

from refutable.verify.cli import main

RUN = ["simulate", "--runs", "64", "--generations", "2", "--no-progress", "--level", "1e-9"]


def table(capsys, *args):
    assert main([*RUN, *args]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


@pytest.mark.parametrize("process", ["fully-synthetic", "mixture", "accumulate", "filtered", "randomly-sampled"])
def test_one_token_is_certain(process, capsys):
    for row in table(capsys, "--preset", process, "--truth", "1", "--quantity", "sqnorm"):
        assert float(row["mean"]) == 1


@pytest.mark.parametrize("process", ["fully-synthetic", "mixture"])
def test_one_datum_is_a_point_mass(process, capsys):
    rows = table(capsys, "--preset", process, "--set", "n=1", "--quantity", "sqnorm")
    assert {float(r["mean"]) for r in rows} == {1.0}


def test_tokens_of_probability_zero_stay_away(capsys):
    rows = table(capsys, "--truth", "0,1/2,1/2", "--quantity", "lost", "--set", "n=70")
    assert {float(r["mean"]) for r in rows} == {1.0}
    for row in table(capsys, "--truth", "0,1,0", "--quantity", "support"):
        assert float(row["mean"]) == pytest.approx(1, abs=1e-6)  # sums are kept on a grid


@pytest.mark.parametrize("n", [3 * 10**9, 5 * 10**9, 2**53])
def test_sizes_whose_squares_overflow(n, capsys):
    """A share of 1/2 stays within 7 deviations of it; (n/2)^2 does not fit in 63 bits."""
    for row in table(capsys, "--truth", "1/2,1/2", "--set", f"n={n}", "--quantity", "sqnorm"):
        assert abs(float(row["mean"]) - 0.5) < 1 / math.sqrt(n)
        assert float(row["theory"]) == pytest.approx(0.5, abs=1e-8)


def test_sizes_beyond_a_kernels_are_drawn(capsys):
    """Indices of 16 bits end at 65535 data. Errors after g fits have mean g / (6 n): that the mean of 64
    is three times as large is more than 15 standard errors away."""
    args = ["--preset", "cdf", "--set", "n=70000", "--quantity", "risk"]
    for row in table(capsys, *args):
        assert 0 < float(row["mean"]) < 1 / 70_000
        assert float(row["theory"]) == pytest.approx(int(row["generation"]) / 420_000, rel=1e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--truth", "1/2,0.500000001"],
        ["--truth", "1/2,0.499999999"],
        ["--truth", "3/2,-1/2"],
        ["--truth", "nan,1"],
        ["--truth", "inf,1"],
        ["--set", "n=0"],
        ["--set", "n=-3"],
        ["--set", "n=5/2"],
        ["--set", "n=nan"],
        ["--set", "n=oo"],
        ["--set", "n=100000000000000000000"],
        ["--preset", "mixture", "--set", "alpha=-1/9"],
        ["--preset", "mixture", "--set", "alpha=10/9"],
        ["--preset", "filtered", "--set", "real=0", "--set", "synthetic=0"],
        ["--preset", "gaussian-synthetic", "--set", "n=1"],
        ["--preset", "gaussian-synthetic", "--truth", "1,-1"],
        ["--preset", "linear-replace", "--set", "T=3"],
        ["--preset", "linear-known", "--truth", "1,0"],
        ["--preset", "linear-known", "--set", "sigma2=-1"],
        ["--preset", "cdf-mixed", "--set", "w=3/2"],
        ["--preset", "cdf", "--set", "n=0"],
        ["--preset", "logistic", "--set", "n=0"],
    ],
    ids=" ".join,
)
def test_what_does_not_fit_is_one_line(wrong, capsys):
    assert main([*RUN, *wrong]) in (2, 3)
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.count("\n") == 1
    assert "Traceback" not in out.err
