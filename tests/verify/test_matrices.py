"""Matrix statements: words in normal form against explicit entries; means of Gaussian matrices."""

import pytest
import sympy as sp
from sympy import Identity, Inverse, MatrixSymbol, Trace

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals
from refutable.derivations.errors import OutsideFragment, StatementError
from refutable.derivations.gaussmean import scalar_form
from refutable.derivations.matrices import FullRank, Gauss, Matrices, MatSum, Pinv, Rank, Stacked
from refutable.derivations.quantity import Mean, Prob
from refutable.derivations.statement import eq
from refutable.verify.deduce import deduce
from refutable.verify.exact.grids import number
from refutable.verify.instances import check_at, instances

n, T, d, s, i, j = sp.symbols("n T d s i j")
X, A, C = MatrixSymbol("X", T, d), MatrixSymbol("A", d, d), MatrixSymbol("C", d, d)
M, lam = MatrixSymbol("M", T, T), sp.Symbol("lam")
DOMAIN = {
    n: Integers(1),
    d: Integers(1),
    T: Integers(d),
    s: Reals(0),
    lam: Reals(0, lo_open=True),
    X: Matrices(T, d, full_rank=True),
    A: Matrices(d, d),
    M: Matrices(T, T),
    C: Matrices(d, d, definite=True),
}
G, G2 = X.T * X, Inverse(X.T * X)
E = Gauss("E", T, s**2, i)
Z = Gauss("Z", T, C)


def _verdict(statement, domain):
    """What proof and instances say, which must agree."""
    merged = {**DOMAIN, **domain}
    used = set(statement.free_symbols)
    for x in list(used):
        used |= set(merged[x].depends)
    picked = {k: v for k, v in merged.items() if k in used}
    made = claim("demo", statement, "identity", domain=picked)[0]
    proved = deduce(made).proved
    found = {check_at(made.bound(), at).truth for at in instances(made, 16)}
    assert proved == (found == {True})
    return "proved" if proved else "refuted"


def total(k):
    return MatSum(Gauss("E", T, s**2, k) / k, k, 1, n)


WIDE = {T: Integers(d + 2)}
CASES = [
    (eq(Stacked(X, i, 1, n).T * Stacked(X, i, 1, n), n * G), {}, "proved"),
    (eq(Stacked(X, i, 1, n).T * Stacked(X, i, 1, n), (n + 1) * G), {}, "refuted"),
    (eq(X * Pinv(X) * X, X), {}, "proved"),
    (eq(X * Pinv(X), (X * Pinv(X)).T), {}, "proved"),
    (eq(Pinv(Stacked(X, i, 1, n)) * Stacked(X, i, 1, n), Identity(d)), {}, "proved"),
    (eq(Inverse(G + lam * Identity(d)) * G + lam * Inverse(G + lam * Identity(d)), Identity(d)),
     {}, "proved"),
    (eq(Trace(X * G2 * G2 * X.T), Trace(G2)), {}, "proved"),
    (eq(Trace(X * G2 * X.T), d), {}, "proved"),
    (eq(Trace(X * G2 * X.T), T), {}, "refuted"),
    (eq(Rank(Stacked(X, i, 1, n)), d), {}, "proved"),
    (eq(Mean(Trace(E.T * M * E)), s**2 * Trace(M)), {i: Integers(1)}, "proved"),
    (eq(Mean(Trace(total(i).T * M * total(j))), s**2 * sp.Sum(1 / i**2, (i, 1, n)) * Trace(M)),
     {}, "proved"),
    (eq(Mean(Trace(total(i).T * M * total(j))), s**2 * sp.Sum(1 / i, (i, 1, n)) * Trace(M)),
     {}, "refuted"),
    (eq(Mean(Trace(A * Inverse(Z.T * Z))), Trace(A * Inverse(C)) / (T - d - 1)), WIDE, "proved"),
    (eq(Mean(Trace(A * Inverse(Z.T * Z))), Trace(A * Inverse(C)) / (T - d)), WIDE, "refuted"),
    (eq(Mean(Trace(Z.T * Z * A)), T * Trace(A * C)), {}, "proved"),
    (eq(Mean(Trace(Z * A * Z.T)), T * Trace(C * A)), {}, "proved"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "domain", "word"), CASES, ids=lambda x: str(x)[:60])
def test_statements(statement, domain, word):
    assert _verdict(statement, domain) == word


def test_full_rank_is_almost_sure():
    made = claim(
        "demo",
        eq(Prob(FullRank(Z)), 1),
        "identity",
        domain={d: Integers(1), T: Integers(d), C: Matrices(d, d, definite=True)},
    )
    assert deduce(made[0]).proved
    short = claim("demo", eq(Prob(FullRank(Z)), 1), "identity",
                  domain={d: Integers(1), T: Integers(1), C: DOMAIN[C]})  # fmt: skip
    assert not deduce(short[0]).proved


def test_four_gaussian_factors_are_refused():
    with pytest.raises(OutsideFragment):
        scalar_form(Mean(Trace(Z.T * Z * Z.T * Z)), frozenset({C}))


def test_two_square_factors_of_one_gaussian():
    """E tr(Z B Z B') = tr(B' C B' ...): rows equal columns, compared with explicit coordinates."""
    W, B = Gauss("W", d, C), MatrixSymbol("B", d, d)
    at = {d: sp.Integer(2), C: sp.ImmutableMatrix([[2, 1], [1, 3]]),
          B: sp.ImmutableMatrix([[1, 2], [-1, 4]])}  # fmt: skip
    for word, plain in [
        (W * B * W * B, B.T * C * B),
        (W.T * B * W.T * B, C * B.T * B),
        (W * B * W.T, None),
    ]:
        form = scalar_form(Mean(Trace(word)), frozenset({C}))
        if plain is None:
            plain = d * B * C
        assert sp.expand(form - scalar_form(Trace(plain), frozenset({C}))) == 0
        assert number(Mean(Trace(word)), at) == number(Trace(plain), at)


def test_an_index_is_a_number():
    with pytest.raises(StatementError):
        Gauss(sp.core.symbol.Str("E"), T, s, X)
