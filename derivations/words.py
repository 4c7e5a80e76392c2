"""Matrix expressions in normal form: sums of words in letters that do not commute.

A word is a product of fixed or Gaussian matrices, their transposes, and inverses. Rules, each an
identity for all matrices of the declared kind:

* G^{-1} G = G G^{-1} = 1, applied to the leading word of G (so (X'X + c)^{-1} X'X = 1 - c (...));
* a transposed stack times a stack is the sum of the products of their blocks;
* under a trace, words may be rotated and transposed.

Equal normal forms are equal matrices; the converse is not claimed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from .errors import OutsideFragment
from .matrices import Gauss, MatSum, Pinv, Stacked
from .normal import is_zero

__all__ = [
    "Inv",
    "Letter",
    "Term",
    "collect",
    "oriented",
    "reduced",
    "spelled",
    "terms_of",
    "trace_terms",
    "traced",
    "words_vanish",
]


@dataclass(frozen=True)
class Inv:
    """The inverse of sum_k coefficient_k word_k, whose first word is the leading one, times 1."""

    words: tuple[tuple[sp.Expr, tuple], ...]

    def __str__(self) -> str:
        return f"inv{self.words}"


#: (matrix or Inv, transposed)
Letter = tuple


@dataclass(frozen=True)
class Term:
    """coefficient * word, summed over (symbol, first, last) ranges; rows, cols: its shape."""

    coefficient: sp.Expr
    word: tuple[Letter, ...]
    sums: tuple[tuple[sp.Symbol, sp.Expr, sp.Expr], ...]
    rows: sp.Expr
    cols: sp.Expr


def terms_of(m: sp.Basic, symmetric: frozenset = frozenset()) -> list[Term]:
    """The words of a matrix expression, reduced; `symmetric`: MatrixSymbols equal to their
    transposes."""
    return [t for raw in _expand(m, symmetric) for t in reduced(raw, symmetric)]


def _expand(m: sp.Basic, sym: frozenset) -> list[Term]:
    if isinstance(m, sp.MatAdd):
        return [t for a in m.args for t in _expand(a, sym)]
    if isinstance(m, sp.MatMul):
        scalar, parts = m.as_coeff_matrices()
        out = _product([_expand(p, sym) for p in parts])
        return [replace(t, coefficient=scalar * t.coefficient) for t in out]
    if isinstance(m, sp.Transpose):
        return [_transposed(t, sym) for t in _expand(m.args[0], sym)]
    if isinstance(m, sp.Inverse):
        return [_inverse(m.args[0], sym)]
    if isinstance(m, Pinv):
        return _expand(m.explicit, sym)
    if isinstance(m, sp.MatPow):
        base, k = m.args
        if not k.is_Integer:
            raise OutsideFragment(f"a power {k} of a matrix", part="matrix power")
        factor = [_inverse(base, sym)] if k < 0 else _expand(base, sym)
        return _product([factor] * abs(int(k))) if k else [_one(base.shape[0])]
    if isinstance(m, sp.Identity):
        return [_one(m.shape[0])]
    if isinstance(m, sp.ZeroMatrix):
        return []
    if isinstance(m, MatSum):
        body, i, a, b = m.args
        fresh = sp.Dummy(str(i), integer=True)
        inner = _expand(body.xreplace({i: fresh}), sym)
        return [replace(t, sums=(*t.sums, (fresh, a, b))) for t in inner]
    if isinstance(m, (sp.MatrixSymbol, Gauss, Stacked)):
        return [Term(sp.Integer(1), ((m, False),), (), *m.shape)]
    raise OutsideFragment(f"a matrix of kind {type(m).__name__}", part=type(m).__name__)


def _one(size: sp.Expr) -> Term:
    return Term(sp.Integer(1), (), (), size, size)


def _product(factors: list[list[Term]]) -> list[Term]:
    out = factors[0]
    for more in factors[1:]:
        out = [
            Term(a.coefficient * b.coefficient, a.word + b.word, (*a.sums, *b.sums), a.rows, b.cols)
            for a in out
            for b in more
        ]
    return out


def _transposed(t: Term, sym: frozenset) -> Term:
    word = tuple(oriented(m, not tr, sym) for m, tr in reversed(t.word))
    return Term(t.coefficient, word, t.sums, t.cols, t.rows)


def oriented(m: object, transposed: bool, sym: frozenset) -> Letter:
    """A letter with its transposition, dropped where the matrix is symmetric."""
    if isinstance(m, Inv) and _is_symmetric(m, sym):
        return m, False
    return m, transposed and m not in sym


def _is_symmetric(m: Inv, sym: frozenset) -> bool:
    words = {w for _, w in m.words}
    return all(tuple(oriented(a, not tr, sym) for a, tr in reversed(w)) in words for w in words)


def _inverse(m: sp.MatrixExpr, sym: frozenset) -> Term:
    inner = collect(terms_of(m, sym))
    if not inner or any(t.sums for t in inner):
        raise OutsideFragment(f"the inverse of {m}", part="inverse")
    inner.sort(key=lambda t: (-len(t.word), str(t.word)))
    lead = inner[0].coefficient
    words = tuple((sp.cancel(t.coefficient / lead), t.word) for t in inner)
    if words[0][1] == ():
        return replace(_one(m.shape[0]), coefficient=1 / lead)
    return Term(1 / lead, ((Inv(words), False),), (), *m.shape)


def reduced(t: Term, sym: frozenset) -> list[Term]:
    """The term with inverses cancelled and stacks multiplied out."""
    for k, (m, transposed) in enumerate(t.word):
        if isinstance(m, Stacked) and transposed and k + 1 < len(t.word):
            other, plain = t.word[k + 1]
            if isinstance(other, Stacked) and not plain:
                return _stacks(t, k, m, other, sym)
        if not isinstance(m, Inv) or transposed:
            continue
        lead = m.words[0][1]
        after, before = t.word[k + 1 : k + 1 + len(lead)], t.word[max(0, k - len(lead)) : k]
        if after == lead:
            start, end = k, k + 1 + len(lead)
        elif before == lead:
            start, end = k - len(lead), k + 1
        else:
            continue
        out = [replace(t, word=t.word[:start] + t.word[end:])]
        for c, w in m.words[1:]:
            word = (*t.word[:start], (m, False), *w, *t.word[end:])
            out.append(replace(t, coefficient=-c * t.coefficient, word=word))
        return [x for y in out for x in reduced(y, sym)]
    return [t]


def _stacks(t: Term, k: int, left: Stacked, right: Stacked, sym: frozenset) -> list[Term]:
    """Blocks A_i on top of each other, B_i likewise: the product is the sum of A_i' B_i."""
    (a, i, a1, a2), (b, j, b1, _b2) = left.args, right.args
    if not is_zero(left.count - right.count) or sp.expand(a.shape[0] - b.shape[0]) != 0:
        raise OutsideFragment("stacks of different heights", part="stack")
    fresh = sp.Dummy(str(i), integer=True)
    blocks = _product(
        [
            _expand(a.xreplace({i: fresh}).T, sym),
            _expand(b.xreplace({j: fresh + b1 - a1}), sym),
        ]
    )
    out = []
    for block in blocks:
        word = t.word[:k] + block.word + t.word[k + 2 :]
        c = t.coefficient * block.coefficient
        new = replace(t, coefficient=c, word=word, sums=(*t.sums, *block.sums, (fresh, a1, a2)))
        out += reduced(new, sym)
    return out


def _free(word: tuple) -> set[sp.Basic]:
    out: set[sp.Basic] = set()
    for m, _ in word:
        if isinstance(m, Inv):
            for c, w in m.words:
                out |= c.free_symbols | _free(w)
        else:
            out |= m.free_symbols
    return out


def collect(terms: list[Term]) -> list[Term]:
    """Like words added up; sums over symbols that the word does not mention carried out."""
    table: dict[tuple, Term] = {}
    for t in terms:
        c, kept = t.coefficient, []
        for i, a, b in t.sums:
            if i in _free(t.word):
                kept.append((i, a, b))
            else:
                c = sp.Sum(c, (i, a, b)) if i in c.free_symbols else c * (b - a + 1)
        if len(kept) == 1:  # one spelling of the index that is left
            (i, a, b) = kept[0]
            name = sp.Symbol("_i", integer=True)
            t = replace(t, word=_renamed(t.word, i, name))
            c, kept = c.xreplace({i: name}), [(name, a, b)]
        key = (t.word, tuple(kept))
        old = table.get(key)
        total = c if old is None else old.coefficient + c
        table[key] = replace(t, coefficient=total, sums=tuple(kept))
    return [t for t in table.values() if t.coefficient != 0]


def _renamed(word: tuple, i: sp.Symbol, name: sp.Symbol) -> tuple:
    return tuple((m if isinstance(m, Inv) else m.xreplace({i: name}), tr) for m, tr in word)


def words_vanish(terms: list[Term], integers: frozenset = frozenset()) -> bool:
    """Is the sum of these terms zero? True only where every coefficient vanishes."""
    return all(is_zero(t.coefficient, integers) for t in collect(terms))


def trace_terms(m: sp.MatrixExpr, symmetric: frozenset = frozenset()) -> list[Term]:
    """The trace of a matrix: words up to rotation and transposition, one spelling each."""
    return traced(terms_of(m, symmetric), symmetric)


def traced(terms: list[Term], symmetric: frozenset = frozenset()) -> list[Term]:
    """The trace of a sum of words, reduced across its ends as well."""
    out: list[Term] = []
    queue = list(terms)
    while queue:
        t = queue.pop()
        for k in range(1, len(t.word)):
            rotated = reduced(replace(t, word=t.word[k:] + t.word[:k]), symmetric)
            if len(rotated) > 1 or len(rotated[0].word) < len(t.word):
                size = _inner_size(t.word[k - 1]) if not rotated[0].word else None
                queue += [replace(r, rows=size or r.rows) for r in rotated]
                break
        else:
            out.append(replace(t, word=spelled(t.word, symmetric)))
    return collect(out)


def _inner_size(letter: Letter) -> sp.Expr | None:
    """The number of columns of a letter: the size of an identity that is left after rotation."""
    m, transposed = letter
    if isinstance(m, Inv):
        return _inner_size(m.words[0][1][-1])
    return m.shape[0 if transposed else 1]


def spelled(word: tuple, sym: frozenset) -> tuple:
    """One spelling for all rotations and transpositions of a word under a trace."""
    back = tuple(oriented(m, not tr, sym) for m, tr in reversed(word))
    turns = [w[k:] + w[:k] for w in (word, back) for k in range(max(1, len(word)))]
    return min(turns, key=str)
