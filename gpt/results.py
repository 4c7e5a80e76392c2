"""The numbers of a run: curves per setting, noise floors, paired gaps, the theory's prediction."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from math import exp

import numpy as np

from .chain import FLOORS
from .config import Config
from .stats import Interval, interval
from .store import Store
from .theory import risks

__all__ = ["METRICS", "Results", "read"]

METRICS = {
    "cross_entropy": "held-out cross-entropy (nats per token)",
    "perplexity": "held-out perplexity",
    "divergence": "KL(truth || model), exact (nats per token)",
    "deviation": "mean over contexts of ||p_m - p_1||_1",
    "distinct_3": "distinct 3-grams per 3-gram sampled",
    "covered_3": "share of held-out 3-grams among those sampled",
}


@dataclass
class Results:
    """table[setting][metric][generation][repeat] is a number; floors[which][metric][repeat] too.

    Chains that stopped being finite are left out and named in `stopped`.
    """

    config: Config
    table: dict[str, dict[str, dict[int, dict[int, float]]]]
    floors: dict[str, dict[str, dict[int, float]]]
    stopped: list[tuple[str, int, int]] = field(default_factory=list)

    def generations(self, setting: str, metric: str) -> list[int]:
        return sorted(self.table[setting][metric])

    def values(self, setting: str, metric: str, m: int) -> list[float]:
        return list(self.table[setting][metric].get(m, {}).values())

    def curve(self, setting: str, metric: str) -> list[tuple[int, Interval]]:
        """(generation, interval over repeats), where there are numbers."""
        return [
            (m, interval(self.values(setting, metric, m)))
            for m in self.generations(setting, metric)
        ]

    def paired(self, one: str, other: str, metric: str, m: int) -> list[float]:
        """one - other at generation m, per repeat."""
        a, b = self.table[one][metric].get(m, {}), self.table[other][metric].get(m, {})
        return [a[r] - b[r] for r in sorted(a.keys() & b.keys())]

    def change(self, setting: str, metric: str, first: int, last: int) -> list[float]:
        """Generation `last` minus generation `first`, per repeat."""
        a, b = (self.table[setting][metric].get(m, {}) for m in (first, last))
        return [b[r] - a[r] for r in sorted(a.keys() & b.keys())]

    def floor(self, which: str, metric: str) -> list[float]:
        """Of a deviation: the refit's own; else refit minus generation 1, per repeat."""
        found = self.floors.get(which, {}).get(metric, {})
        if metric == "deviation":
            return list(found.values())
        first = self.table[self.config.settings[0].name][metric].get(1, {})
        return [found[r] - first[r] for r in sorted(found.keys() & first.keys())]

    @property
    def last(self) -> int:
        """The newest generation that every setting has."""
        return min((max(t["cross_entropy"], default=0) for t in self.table.values()), default=0)

    def excess(self) -> tuple[str, bool]:
        """(metric whose excess theory scales, True where its zero is known exactly)."""
        known = any(self.table[s]["divergence"] for s in self.table)
        return ("divergence", True) if known else ("cross_entropy", False)

    def prediction(self) -> dict[str, list[float]]:
        """First-order curves of the excess metric; one scale for all settings.

        Where the truth is known, generation 1 fixes the scale and nothing is fitted. On a text the
        entropy is unknown, so the scale is the one that the first setting's step from generation
        1 to 2 has; a prediction of shapes, and said so in the plot.
        """
        metric, known = self.excess()
        relative = {}
        for s in self.config.settings:
            r = [float(x) for x in risks(s.plan(0))]
            relative[s.name] = [x / r[0] for x in r]
        means = {s: {m: v.mean for m, v in self.curve(s, metric)} for s in self.table}
        first = self.config.settings[0].name
        out = {}
        for name, ratio in relative.items():
            start = means[name].get(1)
            if start is None:
                continue
            scale = start
            if not known:
                step = relative[first][1] - 1 if len(relative[first]) > 1 else 0.0
                if not step or 2 not in means[first]:
                    continue
                scale = (means[first][2] - means[first][1]) / step
            out[name] = [start + scale * (x - 1) for x in ratio]
        return out

    def predicted(self, metric: str) -> dict[str, list[float]]:
        """The theory's curves of a metric, where it has any: of the excess, and of its exponential.

        It has none for the deviation, whose floors are of the network's making, nor for n-grams.
        """
        target, _ = self.excess()
        if metric == target:
            return self.prediction()
        if metric == "perplexity" and target == "cross_entropy":
            return {name: [exp(x) for x in line] for name, line in self.prediction().items()}
        return {}


def read(store: Store) -> Results:
    """All fits that are done, by setting."""
    config = store.config()
    table: dict = {
        s.name: {metric: defaultdict(dict) for metric in METRICS} for s in config.settings
    }
    floors: dict = {which: defaultdict(dict) for which in FLOORS}
    dead: set[tuple[str, int]] = set()
    stopped = []
    for pack, m, stage in store.stages():
        if stage != "fit":
            continue
        for row in json.loads(store.read(pack, m, "fit", "metrics.json")):
            r = row["replicate"]
            for name in row["settings"]:
                if not row["finite"] and (name, r) not in dead:
                    dead.add((name, r))
                    stopped.append((name, r, m))
                if row["floor"] is None and (name, r) in dead:
                    continue
                for metric in METRICS:
                    value = row.get(metric)
                    if value is None or not np.isfinite(value):
                        continue
                    if row["floor"] is None:
                        table[name][metric][m][r] = value
                    else:
                        floors[row["floor"]][metric][r] = value
    return Results(config, table, floors, stopped)
