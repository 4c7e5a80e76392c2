"""A process as a data plan: how many documents, from which model, in which generation's pool.

Pure: no files, no model, no torch. A plan is computed once from a declared process, so that no
regime is ever assembled by hand. Generation 0 is the real corpus, 1 the first fit.

A `Line` is a number of documents drawn for one generation from one source; a `Use` puts lines of
this or an earlier generation into a pool. Fresh real documents are met in each repeat's own order
and never twice: `start` says where a line begins. Every token of every pool has exactly one line.

>>> from refutable.gpt.planner import plan_of
>>> from refutable.gpt.config import Setting
>>> from refutable.gpt.regimes import REGIMES
>>> plan = plan_of(Setting("acc", REGIMES["accumulate"](), {"n": 5}), 3)
>>> [plan.documents(m) for m in (1, 2, 3)]
[5, 10, 15]
>>> [(line.source, line.count) for line in plan.sources(3)]
[(0, 5), (1, 5), (2, 5)]
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction

from .config import Config, Setting

__all__ = ["Generation", "Line", "Plan", "Use", "read_config"]


@dataclass(frozen=True)
class Line:
    """`count` documents for one generation, from the model of generation `source` (0: real).

    start: of a real line, its first document in the repeat's order; of a synthetic one, its first
    row among the documents sampled for that generation. keep: the chance that the filter keeps one.
    """

    batch: str
    source: int
    count: int
    start: int
    keep: Fraction | None = None

    @property
    def real(self) -> bool:
        return self.source == 0


@dataclass(frozen=True)
class Use:
    """All lines drawn as `batch` for generation `drawn`; share: its weight, None by size."""

    batch: str
    drawn: int
    share: Fraction | None = None


@dataclass(frozen=True)
class Generation:
    """What is drawn for a generation, and what it is fitted to."""

    index: int
    lines: tuple[Line, ...]
    uses: tuple[Use, ...]

    @property
    def synthetic_rows(self) -> int:
        """Documents to sample from models for this generation."""
        return sum(line.count for line in self.lines if not line.real)


@dataclass(frozen=True)
class Plan:
    """generations[m - 1] is generation m."""

    setting: str
    generations: tuple[Generation, ...]
    filtering: str = "oracle"
    marks: tuple[float, int | None] = (1.0, None)  # temperature, top_k

    def at(self, m: int) -> Generation:
        return self.generations[m - 1]

    def pool(self, m: int) -> Iterator[tuple[Use, Line]]:
        """(use, line) of all documents that generation m is fitted to, before filtering."""
        for use in self.at(m).uses:
            for line in self.at(use.drawn).lines:
                if line.batch == use.batch:
                    yield use, line

    def sources(self, m: int) -> list[Line]:
        return [line for _, line in self.pool(m)]

    def documents(self, m: int) -> int:
        """Documents in the pool of generation m, before filtering."""
        return sum(line.count for line in self.sources(m))

    @property
    def real_documents(self) -> int:
        """How many distinct real documents the whole plan needs."""
        lines = (line for g in self.generations for line in g.lines if line.real)
        return max((line.start + line.count for line in lines), default=0)

    def lineage(self, m: int) -> str:
        """Equal for two plans where all up to generation m is drawn and fitted alike."""
        recipe = [
            [
                (use.drawn, line.source, line.count, line.start, line.keep, use.share)
                for use, line in self.pool(k)
            ]
            for k in range(1, m + 1)
        ]
        sampled = [
            [(x.source, x.count, x.start) for x in g.lines if not x.real]
            for g in self.generations[:m]
        ]
        text = repr((recipe, sampled, (self.filtering, *self.marks) if m > 1 else ()))
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def to_json(self) -> list[dict]:
        def plain(x: object) -> dict:
            return {k: str(v) if isinstance(v, Fraction) else v for k, v in vars(x).items()}

        return [
            {
                "index": g.index,
                "lines": [plain(x) for x in g.lines],
                "uses": [plain(x) for x in g.uses],
            }
            for g in self.generations
        ]


def read_config(data: Mapping) -> Config:
    """A resolved configuration from the JSON of a run folder."""
    known = {f.name for f in fields(Config)} - {"settings"}
    settings = []
    for s in data["settings"]:
        marks = (s["temperature"], s["top_k"])
        plans = tuple(
            Plan(s["name"], tuple(_generation(g) for g in plan), s["filtering"], marks)
            for plan in s["plans"]
        )
        rest = {k: s[k] for k in ("name", "process", "values", "mixing", "filtering")}
        settings.append(Setting(**rest, temperature=marks[0], top_k=marks[1], plans=plans))
    return Config(settings=tuple(settings), **{k: v for k, v in data.items() if k in known})


def _generation(g: Mapping) -> Generation:
    def fraction(x: str | None) -> Fraction | None:
        return None if x is None else Fraction(x)

    lines = tuple(Line(**{**x, "keep": fraction(x["keep"])}) for x in g["lines"])
    uses = tuple(Use(**{**x, "share": fraction(x["share"])}) for x in g["uses"])
    return Generation(g["index"], lines, uses)
