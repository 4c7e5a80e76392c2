"""Means of traces of words in Gaussian matrices.

For Z with independent rows N(0, C), independent of A and B:

    E Z A Z' = tr(A C) 1,   E Z' A Z = tr(A) C,   E Z A Z = A' C,   E Z' A Z' = C A',
    E (Z'Z)^{-1} = C^{-1} / (rows - cols - 1)      for rows >= cols + 2.

The last one: whitened, the mean is a multiple of 1 by rotation invariance, and each diagonal entry
is the mean of one over a chi-square with rows - cols + 1 degrees of freedom.
Higher even moments are refused.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from .errors import OutsideFragment
from .families.linear import inverse_chi_square_mean
from .matrices import FullRank, Gauss, Rank
from .quantity import Mean, Prob
from .words import (
    Inv,
    Letter,
    Term,
    collect,
    oriented,
    reduced,
    spelled,
    terms_of,
    trace_terms,
    traced,
)

__all__ = ["LEMMA", "scalar_form"]

LEMMA = "lemma.nullset"


def scalar_form(
    e: sp.Expr, symmetric: frozenset = frozenset(), full: frozenset = frozenset()
) -> sp.Expr:
    """`e` with traces, their means, ranks and chances of full rank in normal form.

    symmetric: definite MatrixSymbols; full: MatrixSymbols of full column rank.
    """
    if isinstance(e, Mean):
        if e.given is not None:
            raise OutsideFragment("a conditional mean of matrices", part="condition")
        return _mean_of(e.args[0], symmetric)
    if isinstance(e, sp.Trace):
        return _total([(t, _word_name(t, symmetric)) for t in trace_terms(e.args[0], symmetric)])
    if isinstance(e, Rank):
        return _rank(e.args[0], symmetric, full)
    if isinstance(e, Prob):
        return _sure(e.args[0], symmetric)
    if not e.args or not e.atoms(sp.MatrixSymbol, Gauss):
        return e
    return e.func(*(scalar_form(a, symmetric, full) for a in e.args))


def _total(parts: list[tuple[Term, sp.Expr]]) -> sp.Expr:
    out: sp.Expr = sp.Integer(0)
    for t, value in parts:
        c = t.coefficient * value
        for i, a, b in t.sums:
            c = sp.Sum(c, (i, a, b)) if i in c.free_symbols else c * (b - a + 1)
        out += c
    return out


def _word_name(t: Term, sym: frozenset) -> sp.Expr:
    """The trace of a word that is left: a number of its own, named by its spelling."""
    if not t.word:
        return t.rows
    if t.sums:
        raise OutsideFragment("a trace that depends on a summation index", part="sum of traces")
    text = " ".join(f"{m}'" if tr else f"{m}" for m, tr in spelled(t.word, sym))
    return sp.Symbol(f"tr[{text}]", real=True)


def _mean_of(e: sp.Expr, sym: frozenset) -> sp.Expr:
    traces = sorted(e.atoms(sp.Trace), key=sp.default_sort_key)
    names = {tr: sp.Dummy() for tr in traces}
    poly = sp.Poly(sp.expand(e.xreplace(names)), *names.values())
    out: sp.Expr = sp.Integer(0)
    for powers, c in poly.terms():
        used = [tr for tr, k in zip(traces, powers, strict=True) if k]
        if sum(powers) > 1:
            raise OutsideFragment("a product of traces", part="higher moments")
        if c.atoms(Gauss):
            raise OutsideFragment(f"the mean of {c}", part=str(c))
        if not used:
            out += c
            continue
        for t in trace_terms(used[0].args[0], sym):
            out += c * _mean_trace(t, sym)
    return out


def _mean_trace(t: Term, sym: frozenset) -> sp.Expr:
    """The mean of coefficient * sum over ranges of tr(word)."""
    open_letters = [k for k, (m, _) in enumerate(t.word) if isinstance(m, Gauss)]
    if not open_letters:
        return _total([(t, _inverse_means(t, sym))])
    first = open_letters[0]
    z = t.word[first][0]
    partners = [k for k in open_letters[1:] if t.word[k][0].args[0] == z.args[0]]
    if not partners:
        return sp.Integer(0)
    if len(partners) > 1:
        raise OutsideFragment("a mean of four Gaussian factors", part="higher moments")
    joined = _joined(t, first, partners[0])
    if joined is None:
        return sp.Integer(0)
    word = joined.word[first:] + joined.word[:first]
    a, b = word[1 : partners[0] - first], word[partners[0] - first + 1 :]
    z = word[0][0]
    c = _covariance(z, sym)
    out: sp.Expr = sp.Integer(0)
    for cov in c:
        kinds = (word[0][1], word[partners[0] - first][1])
        factors = _wick(kinds, a, b, cov.word, z)
        out += cov.coefficient * _product_of_means(joined, factors, sym)
    return out


def _joined(t: Term, k: int, j: int) -> Term | None:
    """The term with both letters at one index; None where they are independent."""
    x, y = t.word[k][0].index, t.word[j][0].index
    gap = sp.expand(x - y)
    if gap == 0:
        return t
    if gap.is_number:
        return None
    ranges = {i: (a, b) for i, a, b in t.sums}
    if x in ranges and y in ranges and ranges[x] == ranges[y]:
        sums = tuple(s for s in t.sums if s[0] != y)
        word = tuple((m.xreplace({y: x}) if not isinstance(m, Inv) else m, tr) for m, tr in t.word)
        return replace(t, coefficient=t.coefficient.xreplace({y: x}), word=word, sums=sums)
    raise OutsideFragment(f"whether {x} and {y} are the same index", part="indices")


def _covariance(z: Gauss, sym: frozenset) -> list[Term]:
    if isinstance(z.cov, sp.MatrixExpr):
        return terms_of(z.cov, sym)
    return [Term(z.cov, (), (), sp.Integer(1), sp.Integer(1))]


def _wick(
    kinds: tuple[bool, bool], a: tuple[Letter, ...], b: tuple[Letter, ...], c: tuple, z: Gauss
) -> list[tuple[tuple, sp.Expr]]:
    """The traces whose product is the mean of tr(Z a Z b), and the size of each."""
    rows, cols = z.shape
    turned = tuple((m, not tr) for m, tr in reversed(a))
    if kinds == (False, True):
        return [(a + c, cols), (b, rows)]
    if kinds == (True, False):
        return [(a, rows), (c + b, cols)]
    if kinds == (False, False):
        return [(turned + c + b, cols)]
    return [(c + turned + b, rows)]


def _product_of_means(t: Term, factors: list[tuple[tuple, sp.Expr]], sym: frozenset) -> sp.Expr:
    names = [{m.args[0] for m, _ in w if isinstance(m, Gauss)} | _inside(w) for w, _ in factors]
    if len(names) == 2 and names[0] & names[1]:
        raise OutsideFragment("traces that depend on each other", part="higher moments")
    value: sp.Expr = sp.Integer(1)
    for w, size in factors:
        word = tuple(oriented(m, tr, sym) for m, tr in w)
        bare = Term(sp.Integer(1), word, (), size, size)
        value *= sum((_mean_trace(x, sym) for x in traced(reduced(bare, sym), sym)), sp.Integer(0))
    return _total([(t, value)])


def _inside(word: tuple) -> set:
    """Names of the Gaussian matrices inside inverses."""
    out = set()
    for m, _ in word:
        if isinstance(m, Inv):
            for _, w in m.words:
                out |= {x.args[0] for x, _ in w if isinstance(x, Gauss)} | _inside(w)
    return out


def _inverse_means(t: Term, sym: frozenset) -> sp.Expr:
    """tr(word) where Gaussian matrices are left inside one inverse at most."""
    places = [k for k, (m, _) in enumerate(t.word) if isinstance(m, Inv) and _inside(((m, False),))]
    if not places:
        return _word_name(replace(t, sums=()) if not _depends(t) else t, sym)
    inv = t.word[places[0]][0]
    if len(places) > 1 or len(inv.words) > 1:
        raise OutsideFragment(f"the mean of {inv}", part="higher moments of an inverse")
    (_, (left, right)) = inv.words[0]
    if not (left[0] == right[0] and isinstance(left[0], Gauss) and left[1] and not right[1]):
        raise OutsideFragment(f"the mean of {inv}", part="inverse")
    z = left[0]
    rows, cols = z.shape
    rest = t.word[places[0] + 1 :] + t.word[: places[0]]
    factor = inverse_chi_square_mean(rows - cols + 1)
    if not isinstance(z.cov, sp.MatrixExpr):
        precision = [Term(1 / z.cov, (), (), cols, cols)]
    else:
        precision = terms_of(
            sp.Inverse(z.cov) if not isinstance(z.cov, sp.Identity) else z.cov, sym
        )
    out: sp.Expr = sp.Integer(0)
    for p in precision:
        word = Term(p.coefficient, rest + p.word, (), cols, cols)
        out += _total([(x, _word_name(x, sym)) for x in traced(reduced(word, sym), sym)])
    return factor * out


def _depends(t: Term) -> bool:
    return any(
        i in {s for m, _ in t.word for s in getattr(m, "free_symbols", ())} for i, _, _ in t.sums
    )


def _rank(m: sp.MatrixExpr, sym: frozenset, full: frozenset) -> sp.Expr:
    """rank M = rank M'M; a multiple of X'X with X of full column rank has rank cols."""
    gram = collect(terms_of(m.T * m, sym))
    if len(gram) == 1 and len(gram[0].word) == 2:
        (left, lt), (right, rt) = gram[0].word
        if left == right and lt and not rt and left in full and not gram[0].sums:
            nonzero = sp.Ne(gram[0].coefficient, 0)
            return sp.Piecewise((left.shape[1], nonzero), (0, True))
    raise OutsideFragment(f"the rank of {m}", part="rank")


def _sure(event: sp.Basic, sym: frozenset) -> sp.Expr:
    """A Gaussian matrix with rows >= cols has full column rank almost surely.

    Its law has a density, and the determinant of Z'Z is a polynomial that is not zero everywhere.
    """
    if not isinstance(event, FullRank) or not isinstance(event.args[0], Gauss):
        raise OutsideFragment(f"the chance of {event}", part=str(event))
    z = event.args[0]
    if isinstance(z.cov, sp.MatrixExpr) and not (z.cov in sym or isinstance(z.cov, sp.Identity)):
        raise OutsideFragment(f"whether {z.cov} is definite", part="covariance")
    rows, cols = z.shape
    return sp.Piecewise((1, sp.Ge(rows, cols)), (0, True))
