"""From a declared process to its plan: where a regime becomes numbers of documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import sympy as sp

from ..derivations.process import (
    Accumulate,
    Average,
    Batch,
    Draw,
    Exact,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Source,
    Truth,
)
from . import rng
from .config import Config, Setting
from .errors import PlanError
from .plan import Generation, Line, Plan, Use

__all__ = ["plan_of", "resolve"]


def plan_of(setting: Setting, generations: int, root: int = 0, replicate: int = 0) -> Plan:
    """The plan of a setting. Only mixing="random" depends on `root` and `replicate`.

    Raises PlanError for what documents cannot express (an `Exact` batch, a size that is no whole
    number, a weight outside [0, 1]) and says which part of the process it is.
    """
    maker = _Maker(setting, (root, replicate))
    for m in range(1, generations + 1):
        maker.add(m)
    marks = (setting.temperature, setting.top_k)
    return Plan(setting.name, tuple(maker.done), setting.filtering, marks)


def resolve(config: Config) -> Config:
    """The configuration with every setting's plans in it, and its processes as text."""
    settings = []
    for s in config.settings:
        if not s.plans:
            repeats = config.repeats if s.mixing == "random" else 1
            plans = tuple(plan_of(s, config.generations, config.root, r) for r in range(repeats))
            s = replace(s, process=repr(s.process), plans=plans)
        settings.append(s)
    return replace(config, settings=tuple(settings))


class _Maker:
    def __init__(self, setting: Setting, seed: tuple[int, int]):
        if not isinstance(setting.process, Process):
            raise PlanError(f"setting {setting.name} is resolved already: it has its plans")
        self.setting, self.process, self.seed = setting, setting.process, seed
        self.done: list[Generation] = []
        self.cursor = 0  # real documents met so far

    def add(self, m: int) -> None:
        fit = self.process.fit_at(m)
        self.lines: list[Line] = []
        self.rows = 0
        if m == 1:
            for name, once in _retained(self.process).items():
                self.draw(m, name, once.source, self.number(once.size, m))
        uses: list[Use] = []
        if isinstance(fit, Accumulate):
            self.draw(m, fit.batch.name, fit.batch.source, self.number(fit.batch.size, m))
            uses = [Use(fit.batch.name, g.index) for g in self.done if self.has(g, fit.batch.name)]
            uses.append(Use(fit.batch.name, m))
        elif isinstance(fit, Pool):
            uses = self.pool(m, fit)
        else:
            raise self.error(m, f"cannot read the fit {type(fit).__name__}")
        if not uses:
            raise self.error(m, "has no data: every batch reaches back before the first generation")
        self.done.append(Generation(m, tuple(self.lines), tuple(uses)))

    def pool(self, m: int, fit: Pool) -> list[Use]:
        uses: list[Use] = []
        for i, batch in enumerate(fit.batches):
            share = None if fit.weights is None else self.share(fit.weights[i], m, "a weight")
            found = self.batch(m, i, batch)
            if found is not None and share != 0:
                uses.append(Use(*found, share))
        total = sum((u.share for u in uses if u.share is not None), Fraction(0))
        if fit.weights is None:
            return uses
        if len(uses) == 1:  # whatever its weight, it is all there is
            return [Use(uses[0].batch, uses[0].drawn)]
        return [Use(u.batch, u.drawn, u.share / total) for u in uses if u.share is not None]

    def batch(self, m: int, i: int, batch: Batch) -> tuple[str, int] | None:
        """(name, generation in which it was drawn), or None where it does not exist yet."""
        if isinstance(batch, Once):
            return batch.name, 1
        if isinstance(batch, Past):
            drawn = 1 if batch.name in _retained(self.process) else m - batch.lag
            if drawn < 1 or not any(self.has(g, batch.name) for g in self.done if g.index == drawn):
                return None
            return batch.name, drawn
        if isinstance(batch, Draw):
            if isinstance(batch.source, Model) and batch.source.lag > m:
                return None
            name = batch.name or f"#{i}"
            keep = None
            if batch.keep is not None:
                if batch.keep.empty == "keep":
                    raise self.error(m, "Filter(empty='keep') has no reading as data; use 'redraw'")
                keep = tuple(
                    self.share(c, m, "a chance of keeping")
                    for c in (batch.keep.real, batch.keep.synthetic)
                )
            self.draw(m, name, batch.source, self.number(batch.size, m), keep)
            return name, m
        if isinstance(batch, Exact):
            raise self.error(m, "an Exact batch is infinitely large; give it a size with Draw")
        raise self.error(m, f"cannot read the batch {type(batch).__name__}")

    def draw(
        self,
        m: int,
        name: str,
        source: Source,
        count: int,
        keep: tuple[Fraction, ...] | None = None,
    ) -> None:
        """Append the lines of one batch: one for each generation that it draws from."""
        shares: dict[int, Fraction] = {}
        for weight, simple in source.terms():
            share = self.share(weight, m, "a share of a mixture")
            for g, part in self.origins(m, simple):
                shares[g] = shares.get(g, Fraction(0)) + share * part
        total = sum(shares.values(), Fraction(0))
        if abs(total - 1) > Fraction(1, 10**9):  # irrational shares are rounded at 1e-12
            raise self.error(m, f"the shares of a mixture sum to {float(total)}, not to 1")
        shares = {g: s / total for g, s in sorted(shares.items()) if s}
        split = _stratified if self.setting.mixing == "stratified" else self.random
        for g, number in split(shares, count, m, name).items():
            if number:
                start = self.cursor if g == 0 else self.rows
                chance = None if keep is None else keep[0 if g == 0 else 1]
                self.lines.append(Line(name, g, number, start, chance))
                self.cursor += number if g == 0 else 0
                self.rows += number if g else 0

    def origins(self, m: int, source: Source) -> list[tuple[int, Fraction]]:
        """(generation, share) of a simple source, at generation m."""
        if isinstance(source, Truth):
            return [(0, Fraction(1))]
        if isinstance(source, Average):
            return [(g, Fraction(1, m)) for g in range(m)]
        if isinstance(source, Model):
            if source.lag > m:
                raise self.error(m, f"a mixture with Model({source.lag}) reaches before the truth")
            return [(m - source.lag, Fraction(1))]
        raise self.error(m, f"cannot read the source {type(source).__name__}")

    def random(
        self, shares: Mapping[int, Fraction], count: int, m: int, name: str
    ) -> dict[int, int]:
        stream = rng.key(self.seed[0], self.seed[1], m, f"mixing {name}")
        u = rng.uniforms(stream, 0, count)
        out, below = {}, Fraction(0)
        for g, share in shares.items():
            out[g] = int(((u >= float(below)) & (u < float(below + share))).sum())
            below += share
        return out

    def has(self, g: Generation, name: str) -> bool:
        return any(line.batch == name for line in g.lines)

    def value(self, expr: sp.Expr, m: int) -> sp.Expr:
        """An expression of the process with the index and the setting's values put in."""
        index, now = self.process.index, self.process.paper(m)
        out = expr
        for name, value in self.setting.values.items():
            body = (
                sp.sympify(value, locals={index.name: index}) if isinstance(value, str) else value
            )
            body = sp.sympify(body)
            calls = {
                call: (body if isinstance(body, sp.Lambda) else sp.Lambda(index, body))(*call.args)
                for call in out.atoms(sp.core.function.AppliedUndef)
                if call.func.__name__ == name
            }
            out = out.xreplace(calls)
            if not isinstance(body, sp.Lambda):
                out = out.xreplace(
                    {s: body for s in out.free_symbols if s.name == name and s != index}
                )
        out = sp.sympify(out.xreplace({index: now})).doit()
        if not out.is_number:
            unknown = sorted(map(str, out.free_symbols | out.atoms(sp.core.function.AppliedUndef)))
            raise self.error(m, f"{expr} needs a value for {', '.join(unknown)}")
        return out

    def number(self, expr: sp.Expr, m: int) -> int:
        v = self.value(expr, m)
        if not (v.is_integer and v >= 1):
            raise self.error(m, f"the size {expr} is {v}, which is no whole number >= 1")
        return int(v)

    def share(self, expr: sp.Expr, m: int, what: str) -> Fraction:
        v = self.value(expr, m)
        if not 0 <= v <= 1:
            raise self.error(m, f"{what}, {expr}, is {v}, outside [0, 1]")
        if isinstance(v, sp.Rational):
            return Fraction(int(v.p), int(v.q))
        return Fraction(float(v)).limit_denominator(10**12)

    def error(self, m: int, what: str) -> PlanError:
        return PlanError(f"setting {self.setting.name}, generation {m}: {what}")


def _stratified(shares: Mapping[int, Fraction], count: int, *_: object) -> dict[int, int]:
    """Fixed counts that sum to `count`: whole parts, then the largest remainders."""
    exact = {g: share * count for g, share in shares.items()}
    out = {g: int(x) for g, x in exact.items()}
    rest = sorted(exact, key=lambda g: (-(exact[g] - out[g]), g))
    for g in rest[: count - sum(out.values())]:
        out[g] += 1
    return out


def _retained(process: Process) -> dict[str, Once]:
    """The retained corpora of a process, by name; they are drawn for generation 1."""
    return {b.name: b for fit in process.fits for b in fit.batches if isinstance(b, Once)}
