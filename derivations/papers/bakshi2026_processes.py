"""The loops of bakshi2026, and the symbols its claims share.

Time starts at t = 0 with the first fit. The sizes n_t and the real shares alpha_t are sequences;
alpha_t is used for t >= 1 only, because before t = 0 there is no model but the truth.
"""

from sympy import Function, Symbol

from refutable import (
    Accumulate,
    Categorical,
    Draw,
    Filter,
    Integers,
    Lambda,
    Mean,
    Mix,
    Model,
    Pool,
    Process,
    Reals,
    Schedule,
    Simplex,
    SqNorm,
    Truth,
)

PAPER = "bakshi2026"


def reconstructed(confidence, locator):
    """Where a formula stands, and the chance that the paper prints something equivalent."""
    return {
        "paper": PAPER,
        "provenance": "reconstructed",
        "confidence": str(confidence),
        "locator": locator,
    }


t, s, n, theta = Symbol("t"), Symbol("s"), Symbol("n"), Symbol("theta_star")
a = Symbol("a")  # a constant share, or the smallest one: printed alpha
ns, al = Function("n"), Function("alpha")
eta_1, eta_2 = Symbol("eta_1"), Symbol("eta_2")

#: The true probability vector is not restricted, point masses included.
ANY_TRUTH = {theta: Simplex(nontrivial=False)}
SIZES = {ns: Schedule(Integers(1))}
SHARES = {al: Schedule(Reals(0, 1))}
LATER = {t: Integers(1)}
EVER = {t: Integers(0)}

family = Categorical(theta)


def mixture(name, share, size):
    """Process M: fresh data from `share` truth and the rest the latest model, nothing kept."""
    return Process(
        name,
        family,
        Pool([Draw(Mix(share, Truth(), Model()), size)]),
        first=Pool([Draw(Truth(), size)]),
        index=t,
        origin=0,
    )


def synthetic(name, size):
    """Process M without fresh data after the first fit."""
    return Process(name, family, Pool([Draw(Model(), size)]), index=t, origin=0)


def accumulation(name, size):
    """Process A: fresh data from the latest model, pooled with everything before."""
    return Process(name, family, Accumulate(Draw(Model(), size, "data")), index=t, origin=0)


M = mixture("M", al(t), ns(t))
M_SIZE = mixture("M, fixed size", al(t), n)
M_FIXED = mixture("M, fixed size and share", a, n)
SYNTHETIC = synthetic("M, synthetic only", ns(t))
A = accumulation("A", ns(t))
A_FIXED = accumulation("A, fixed size", n)


def filtered(name, share, size, real, synthetic):
    """Process F: as M, but only data that the classifier calls real are kept, at least one."""
    return Process(
        name,
        family,
        Pool([Draw(Mix(share, Truth(), Model()), size, keep=Filter(real, synthetic))]),
        first=Pool([Draw(Truth(), size)]),
        index=t,
        origin=0,
    )


F = filtered("F", al(t), ns(t), 1 - eta_1, eta_2)


def risk(process, index):
    """E |theta_index - theta*|^2."""
    return Mean(SqNorm(process.model(index) - process.truth))


R = Function("R")
H = 1 - SqNorm(M.truth)


def of(process):
    """R(t) stands for the risk of this process."""
    return {R: Lambda(t, risk(process, t))}
