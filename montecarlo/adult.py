"""He et al. 2026, Figure 10, from the user's copy of the UCI Adult data; nothing is downloaded.

The file is `adult.data` (or with `adult.test` appended), or a table with a header that has the same
columns. Data are drawn from it with replacement. Regression: real labels are the file's, synthetic
ones the model's; covariates are standardised, with an intercept; the truth is the fit on all rows.
"""

from __future__ import annotations

import csv
from collections import Counter
from functools import lru_cache
from pathlib import Path

import numpy as np
import sympy as sp

from refutable.derivations.errors import PathNotFound, UsageError
from refutable.derivations.families import Categorical

from .figure import Curve
from .population import RowsOf, first_order

__all__ = ["curves", "read"]

COLUMNS = (
    "age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation",
    "relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week",
    "native_country", "income",
)  # fmt: skip
COVARIATES = ("age", "education_num", "capital_gain", "capital_loss", "hours_per_week")
TABLES = ("workclass", "education", "marital_status")
MISSING = "?"


@lru_cache(maxsize=1)
def read(path: str) -> tuple[dict[str, str], ...]:
    """The rows of the file, by column.

    Raises PathNotFound where it does not exist, UsageError where it is another table.
    """
    if not path:
        raise UsageError(
            "Figure 10 of He et al. needs the UCI Adult data, which are not part of this package:"
            " get adult.data from the UCI repository and name it with --adult FILE"
        )
    if not Path(path).is_file():
        raise PathNotFound(f"{path} does not exist; --adult takes the UCI Adult data")
    with open(path, encoding="utf-8", newline="") as file:
        lines = [[x.strip() for x in row] for row in csv.reader(file)]
    names: tuple[str, ...] = COLUMNS
    if lines and "age" in (head := [_name(x) for x in lines[0]]):
        names, lines = tuple(head), lines[1:]
    rows = tuple(
        dict(zip(names, row, strict=True)) for row in lines if len(row) == len(names)
    )  # a comment line of adult.test and blank lines are shorter
    if not rows or not {*COVARIATES, *TABLES, "income"} <= set(names):
        raise UsageError(f"{path} is not the UCI Adult table; it needs {', '.join(COLUMNS)}")
    return rows


def _name(text: str) -> str:
    name = text.lower().replace("-", "_").replace(".", "_").replace(" ", "_")
    return {"educational_num": "education_num", "class": "income"}.get(name, name)


@lru_cache(maxsize=1)
def regression(path: str) -> RowsOf:
    """Income above 50 000 on the five covariates, rows with missing values removed."""
    rows = [r for r in read(path) if MISSING not in r.values()]
    try:
        x = np.array([[float(r[c]) for c in COVARIATES] for r in rows])
    except ValueError as err:
        raise UsageError(f"{path}: a covariate is no number ({err})") from err
    spread = x.std(axis=0)
    x = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    y = np.array([r["income"].startswith(">50K") for r in rows], float)
    return RowsOf.of(np.concatenate([np.ones((len(x), 1)), x], axis=1), y)


def curves(path: str, full: bool) -> list[Curve]:
    """Both tasks over the grid of weights."""
    from .figures_he import loop

    grid = [sp.Rational(20 + 2 * i, 100) for i in range(30)]
    grid = grid if full else grid[::3] + grid[-1:]
    runs, last = (1000, 100) if full else (100, 30)
    window = tuple(range(last - 20, last))
    rows = regression(path)
    real, synthetic = first_order(rows)
    out = []
    for w in sorted(grid):
        x = float(w)
        known = (x * x * real + (1 - x) ** 2 * synthetic) / 500 / (1 - (1 - x) ** 2)
        out.append(Curve("income: squared error of coefficients", "by weight", loop(rows, w, 500, 500),
                         {}, "risk", window, runs, x, (known,)))  # fmt: skip
    for name in TABLES:
        seen = Counter(r[name] for r in read(path))
        law = tuple(sp.Rational(v, sum(seen.values())) for _, v in sorted(seen.items()))
        for w in sorted(grid):
            process = loop(Categorical("p"), w, 500, 500)
            at: dict = {sp.Symbol("p"): law}
            out.append(Curve(f"{name}: sum of squared errors", "by weight", process, at, "risk",
                             window, runs, float(w)))  # fmt: skip
    return out
