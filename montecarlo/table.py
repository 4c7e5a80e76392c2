"""What a simulation prints: rows of (generation, quantity, mean, lo, hi)."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from refutable.derivations.errors import UsageError

from .store import write_atomic

__all__ = ["Row", "Table", "csv_text", "parquet", "records"]


@dataclass(frozen=True)
class Row:
    """One quantity at one generation; n: observations behind it; theory: None where there is none.

    Where `hi` is infinite, the observable has no upper bound: it was truncated for `mean` and `lo`,
    and sampling says nothing about how large its mean may be.
    """

    generation: int
    quantity: str
    mean: float
    lo: float
    hi: float
    n: int
    theory: float | None = None


@dataclass(frozen=True)
class Table:
    """runs: replicates simulated.  ended: "complete", or why it ended early:
    "interrupted" or "time".

    >>> print(Table("FS", (Row(1, "sqnorm", 0.5, 0.25, 0.75, 8),), 8, 0.01, 0).csv(), end="")
    generation,quantity,mean,lo,hi,n,theory
    1,sqnorm,0.5,0.25,0.75,8,
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
        """Comma-separated, with a header; numbers in full precision, nothing for NaN."""
        return csv_text(self.rows)

    def json(self) -> str:
        """A JSON object; infinite limits and means of nothing are null."""
        body = {
            "schema": "refutable.table/1",
            "process": self.process,
            "runs": self.runs,
            "alpha": self.alpha,
            "seed": self.seed,
            "complete": self.complete,
            "ended": self.ended,
            "rows": records(self.rows),
        }
        return json.dumps(body, indent=1, allow_nan=False) + "\n"

    def write(self, path: str | Path) -> None:
        """Write JSON where the name ends in .json, Parquet for .parquet, else CSV; whole or not at
        all. Parquet raises UsageError where pyarrow is not installed."""
        ending = Path(path).suffix.lower()
        if ending == ".parquet":
            write_atomic(path, parquet(self.rows))
        else:
            write_atomic(path, self.json() if ending == ".json" else self.csv())


def records(rows: Sequence[Any]) -> list[dict[str, object]]:
    """Rows (dataclasses) as JSON objects; what is not finite is null."""
    return [{f.name: _plain(getattr(r, f.name)) for f in fields(r)} for r in rows]


def csv_text(rows: Sequence[Any]) -> str:
    """Rows (dataclasses, at least one) as comma-separated values."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([f.name for f in fields(rows[0])])
    for r in rows:
        cells = (getattr(r, f.name) for f in fields(r))
        writer.writerow([_cell(x) for x in cells])
    return out.getvalue()


def parquet(rows: Sequence[Any]) -> bytes:
    """Rows (dataclasses, at least one) as a Parquet file; what is not finite is null.

    Raises UsageError where pyarrow is not installed.
    """
    try:
        import pyarrow  # type: ignore
        import pyarrow.parquet  # type: ignore
    except ImportError as err:
        raise UsageError("Parquet needs pyarrow: pip install pyarrow, or write .csv") from err
    kinds = {"int": pyarrow.int64(), "str": pyarrow.string()}
    schema = pyarrow.schema([(f.name, kinds.get(str(f.type), pyarrow.float64())) for f in fields(rows[0])])
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records(rows), schema), out)
    return out.getvalue()


def _cell(x: object) -> object:
    if isinstance(x, float):
        return "" if math.isnan(x) else repr(x)
    return x


def _plain(x: object) -> object:
    return None if isinstance(x, float) and not math.isfinite(x) else x
