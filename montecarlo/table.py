"""What a simulation prints: rows of (generation, quantity, mean, lo, hi)."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass
from pathlib import Path

from .store import write_atomic

__all__ = ["Row", "Table"]


@dataclass(frozen=True)
class Row:
    """One quantity at one generation; n: observations behind it.

    Where `hi` is infinite, the observable has no upper bound: it was truncated for `mean` and `lo`,
    and sampling says nothing about how large its mean may be.
    """

    generation: int
    quantity: str
    mean: float
    lo: float
    hi: float
    n: int


@dataclass(frozen=True)
class Table:
    """runs: replicates simulated.  ended: "complete", or why it ended early:
    "interrupted" or "time".

    >>> print(Table("FS", (Row(1, "sqnorm", 0.5, 0.25, 0.75, 8),), 8, 0.01, 0).csv(), end="")
    generation,quantity,mean,lo,hi,n
    1,sqnorm,0.5,0.25,0.75,8
    """

    process: str
    rows: tuple[Row, ...]
    runs: int
    alpha: float
    seed: int
    ended: str = "complete"

    @property
    def complete(self) -> bool:
        """All runs that were asked for are in."""
        return self.ended == "complete"

    def csv(self) -> str:
        """Comma-separated, with a header; numbers in full precision."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(Row.__dataclass_fields__)
        for r in self.rows:
            writer.writerow([r.generation, r.quantity, repr(r.mean), repr(r.lo), repr(r.hi), r.n])
        return out.getvalue()

    def json(self) -> str:
        """A JSON object; infinite limits and means of nothing are null."""
        rows = [{k: _plain(getattr(r, k)) for k in Row.__dataclass_fields__} for r in self.rows]
        body = {
            "schema": "refutable.table/1",
            "process": self.process,
            "runs": self.runs,
            "alpha": self.alpha,
            "seed": self.seed,
            "complete": self.complete,
            "ended": self.ended,
            "rows": rows,
        }
        return json.dumps(body, indent=1, allow_nan=False) + "\n"

    def write(self, path: str | Path) -> None:
        """Write JSON where the name ends in .json, else CSV; whole or not at all."""
        write_atomic(path, self.json() if str(path).endswith(".json") else self.csv())


def _plain(x: object) -> object:
    return None if isinstance(x, float) and not math.isfinite(x) else x
