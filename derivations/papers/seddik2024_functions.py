"""Functions and constants that Lemma 1 and Theorems 3 and 4 of seddik2024 share, as printed.

G is printed twice: in eq. (10) with half-open conditions, in eq. (13) with closed ones and its
branches in another order. phi takes its limits at the ends: infinity at 0, and 2 at 1/2.
"""

from sympy import And, E, Eq, Function, Lambda, Piecewise, Rational, Symbol, log, oo, pi, symbols
from sympy import exp as exp_

from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.functions import defined
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.derivations.quantity import LambdaMax, Mean, Norm1, PiMax

from .seddik2024_processes import PS, N, j, k, m, n, p, s

C_0, C_1 = E**3 / (2 * pi), 6 * E / pi ** Rational(3, 2)
x, y, epsilon = symbols("x y epsilon")
G, phi_p = Symbol("G"), Symbol("varphi_p")  # phi_p is phi at pi_p
HALF = Rational(1, 2)

SPARSE = C_1 * s * exp_(C_0 * n / (2 * E))  # many classes
MIDDLE = C_1 * s * (C_0 * n / s) ** (s / 2)
DENSE = 2**s - 2  # few classes
HIGH, LOW = C_0 * n / E + 2, C_0 * n / 4 + 2  # between the cases

CASES_10 = Piecewise((SPARSE, s >= HIGH), (MIDDLE, s >= LOW), (DENSE, True))
CASES_13 = Piecewise((MIDDLE, And(s >= LOW, s <= HIGH)), (SPARSE, s >= HIGH), (DENSE, s <= LOW))
G_10 = defined("G", Lambda((n, s), CASES_10))(n, s)
G_13 = defined("G", Lambda((n, s), CASES_13))(n, s)

PHI = log((1 - x) / x) / (1 - 2 * x)
PHI_ENDS = Piecewise((oo, Eq(x, 0)), (2, Eq(x, HALF)), (PHI, And(x > 0, x < HALF)))
phi = defined("varphi", Lambda(x, PHI_ENDS))

#: The empirical distribution of n draws from p is its model 1.
EMPIRICAL = Process("empirical", Categorical(p), Pool([Draw(Model(), n, "y")]))
phi_p_is = {phi_p: phi(PiMax(EMPIRICAL.truth))}
#: Any law on s classes, point masses included: App. 7 asks for no more.
ANY_LAW = {s: Integers(1), n: Integers(1), p: Simplex(s, nontrivial=False)}
#: Sec. 3 assumes a nontrivial truth; then there are two classes or more.
PS_LAW = {k: Integers(1), s: Integers(2), n: Integers(1), N: Integers(1), p: Simplex(s)}
LATER = {m: Integers(2), **{x: d for x, d in PS_LAW.items() if x != k}}

# -- means over the partially synthetic loop ---------------------------------------------------


def hat(index):  # type: ignore[no-untyped-def]
    """The empirical law of n draws from the model with this index: the next batch "y"."""
    return PS.batch("y", index + 1)


Dev, Err, EL, Epi, Root = (Function(f) for f in ("E_dev", "E_err", "E_lambda", "E_pi", "E_root"))
zeta, EL1 = symbols("zeta E_lambda_1")
means = {
    G: G_10,
    Dev: Lambda(m, Mean(Norm1(PS.model(m) - PS.model(1)))),
    Err: Lambda(j, Mean(Norm1(hat(j) - PS.model(j)))),
    EL: Lambda(j, Mean(LambdaMax(PS.model(j)))),
    EL1: Mean(LambdaMax(PS.model(1))),
    Epi: Lambda(j, Mean(PiMax(PS.model(j)))),
    Root: Lambda(j, Mean(phi(PiMax(PS.model(j))) ** Rational(-1, 2))),
}
ZETA = HALF - (HALF - 2 * EL1) * (N / (N + n)) ** 2
