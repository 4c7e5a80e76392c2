"""he2026: the recursions of the three frameworks, with their letters.

n real and m synthetic data in every round, k = n/m; t = 0 is the first fit, from real data alone.
`w` is the weight of the real batch. Sizes n/k stand for m where n tends to infinity at fixed k.
"""

from sympy import Function, Lambda, Symbol, sqrt

from refutable.derivations.domain import Integers, Reals, Spectrum
from refutable.derivations.families import Cdf, FirstOrder, Gaussian
from refutable.derivations.process import Draw, Model, Pool, Process, Truth
from refutable.derivations.quantity import Mean, SqNorm, Trace
from refutable.derivations.statement import Lim, Member

PAPER = {"paper": "he2026", "provenance": "reconstructed"}
HIGH = {**PAPER, "confidence": "high"}
MEDIUM = {**PAPER, "confidence": "medium"}
LOW = {**PAPER, "confidence": "low"}

n, m, k, w, t, T = (Symbol(x) for x in ["n", "m", "k", "w", "t", "T"])
Sigma, trM = Symbol("Sigma"), Symbol("trMi")
trS, s2 = Symbol("trS"), Symbol("s2")

WEIGHT = Reals(0, 1, lo_open=True)
#: Sizes at least two, so that every batch has a covariance.
GAUSS = {n: Integers(2), m: Integers(2), w: WEIGHT, Sigma: Spectrum()}
RATIO = {n: Integers(2), k: Reals(0, lo_open=True), w: WEIGHT, Sigma: Spectrum()}
#: m = n/k is a size.
WHOLE = [Member(n / k, 2)]


def wstar(k):
    """The weight that the paper calls optimal."""
    return (sqrt(k**2 + 4 * k) - k) / 2


def f(w, k):
    """The common form of the limiting errors."""
    return (w**2 + k * (1 - w) ** 2) / (2 * w - w**2)


def _loop(name, family, weight, real, size):
    return Process(
        name,
        family,
        Pool(
            [Draw(Truth(), real, "real"), Draw(Model(), size, "synthetic")],
            weights=[weight, 1 - weight],
        ),
        first=Pool([Draw(Truth(), real, "real")]),
        index=t,
        origin=0,
    )


def gauss(weight=w, size=m, real=n):
    """Framework 1: Gaussian mean and covariance."""
    return _loop(f"Gauss w={weight} m={size} n={real}", Gaussian(Sigma), weight, real, size)


def glm(weight=w, size=m, real=n):
    """Framework 2 to first order: a generalised linear model."""
    return _loop(f"GLM w={weight} m={size} n={real}", FirstOrder(trM), weight, real, size)


def cdf(weight=w, size=m, real=n):
    """Framework 3: the empirical distribution function of a continuous law."""
    return _loop(f"CDF w={weight} m={size} n={real}", Cdf(), weight, real, size)


def distance(p):
    """index -> E|model - truth|^2."""
    return Lambda(t, Mean(SqNorm(p.model(t) - p.truth)))


def spread(p):
    """index -> E|covariance - true covariance|_F^2."""
    return Lambda(t, Mean(SqNorm(p.covariance(t) - p.true_covariance)))


Err, ErrS, ErrF, ErrL = (Function(x) for x in ("Err_mu", "Err_Sigma", "Err_F", "E_L"))
Err1, ErrS1 = Function("Err_mu_1"), Function("Err_Sigma_1")  # a second weight beside the first


def of_gauss(p, other=None):
    """What the letters of framework 1 stand for; `other` is the loop with a second weight."""
    out = {
        Err: distance(p),
        ErrS: spread(p),
        trS: Trace(p.true_covariance),
        s2: SqNorm(p.true_covariance),
    }
    if other is not None:
        out |= {Err1: distance(other), ErrS1: spread(other)}
    return out


def limit(error):
    """The limiting error: the limit in t at fixed sizes and weight."""
    return Lim(error(t), t)
