"""What first-order theory predicts for a plan: the error of each generation, up to one scale.

Read a model as the mean of its data. The mean of a batch of c documents is the mean of its law
plus independent noise of variance v / c, whatever the law; a pool is a weighted mean of batches;
a batch that is used again brings the same noise again. So the error of a model is a fixed linear
combination of noises, and its second moment is

    r(m) = v * sum over lines b of  coefficient(m, b)**2 / count(b).

For replace this is v m / n, for accumulate (v / n) sum 1/k**2, for replace-multiple (v / n) sum
1/k.
It leaves out what is of second order: that noise shrinks as a model loses variety, the bias of a
network, and optimisation. It predicts shapes and directions, not numbers of nats.

>>> from refutable.gpt.config import Setting
>>> from refutable.gpt.planner import plan_of
>>> from refutable.gpt.regimes import REGIMES
>>> plan = plan_of(Setting("a", REGIMES["accumulate"](), {"n": 7}), 3)
>>> [str(7 * r) for r in risks(plan)]
['1', '5/4', '49/36']
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from .plan import Plan

__all__ = ["risks"]

Noise = tuple[int, int]  # (generation it was drawn for, number of its line)


def risks(plan: Plan) -> list[Fraction]:
    """r(m) / v for m = 1, 2, ...; a filter counts with its expected number of kept documents."""
    errors: list[dict[Noise, Fraction]] = [{}]  # of generation 0, 1, ...; the truth has none
    sizes: dict[Noise, Fraction] = {}
    out = []
    for generation in plan.generations:
        m = generation.index
        for i, line in enumerate(generation.lines):
            sizes[m, i] = Fraction(line.count) * (1 if line.keep is None else line.keep)
        pooled: dict[Noise, Fraction] = defaultdict(Fraction)
        batches = []
        for use in generation.uses:
            keys = [
                (use.drawn, i)
                for i, line in enumerate(plan.at(use.drawn).lines)
                if line.batch == use.batch and sizes[use.drawn, i]
            ]
            batches.append((use.share, keys, sum(sizes[k] for k in keys)))
        total = sum(size for _, _, size in batches)
        for share, keys, size in batches:
            weight = Fraction(size) / total if share is None else share
            for k in keys:
                coefficient = weight * sizes[k] / size
                pooled[k] += coefficient
                for noise, c in errors[plan.at(k[0]).lines[k[1]].source].items():
                    pooled[noise] += coefficient * c
        errors.append(dict(pooled))
        out.append(sum((c * c / sizes[k] for k, c in pooled.items()), Fraction(0)))
    return out
