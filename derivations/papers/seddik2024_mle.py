"""seddik2024, eqs. (1)-(2) and App. 8.1: relative frequencies maximise the likelihood.

One sample and one coordinate of its one-hot input at a time. Token k stands apart; the other
s - 1 tokens are relabelled 1, ..., s - 1. u(l) = exp(w_l x) for those, u_k = exp(w x) for k.
"""

from sympy import Derivative, Function, Sum, Symbol, exp, log, symbols

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Schedule
from refutable.derivations.papers.seddik2024_processes import PAPER, j, k, s
from refutable.derivations.statement import And, Implies, eq

x, w, y_k, u_k, u_l, Z, Y_not_k, n_k = symbols("x w y_k u_k u_l Z Y_not_k n_k")
L_i, dL_i, dA_same, dA_diff, card = symbols("L_i dL_i dA_same dA_diff card")
y, u, counts = Function("y"), Function("u"), Function("n")
K, ell = Symbol("K"), Symbol("l")

POSITIVE = Reals(0, lo_open=True)
OTHERS = {
    **{s: Integers(2), w: Reals(), x: Integers(0, 1), y_k: Integers(0, 1)},
    **{y: Schedule(Integers(0, 1)), u: Schedule(POSITIVE)},
}
NUMBERS = {y_k: Integers(0, 1), Y_not_k: Integers(0, 1), u_k: POSITIVE, Z: POSITIVE}

own = exp(w * x)
rest = Sum(u(j), (j, 1, s - 1))
total = own + rest
loss = -y_k * log(own / total) - Sum(y(ell) * log(u(ell) / total), (ell, 1, s - 1))
A_k, A_l = rest / own, (total - u(ell)) / u(ell)

#: All samples of one context j together; its input is one, so the weight is the logit itself.
p_k = exp(w) / (exp(w) + rest)
log_loss = -n_k * log(p_k) - Sum(
    counts(ell) * log(u(ell) / (exp(w) + rest)), (ell, 1, s - 1)
)
CONTEXT = {s: Integers(2), w: Reals(), n_k: Integers(0), u: Schedule(POSITIVE)}
CONTEXT |= {counts: Schedule(Integers(0))}
occurrences = n_k + Sum(counts(ell), (ell, 1, s - 1))
gradient = card * p_k - n_k

claim(
    "seddik.eq2.mle",
    Implies(eq(Derivative(log_loss, w), 0), eq(p_k, n_k / card)),
    "closed form",
    paper=PAPER,
    locator="eqs. (1)-(2), App. 8.1",
    domain=CONTEXT,
    quantities={card: occurrences},
    note="a context that never occurs has no relative frequencies; see the boundary table",
)

#: The cross-entropy of one sample under a softmax over the s tokens, eq. (1).
cross_entropy = -Sum(y(k) * log(u(k) / Sum(u(j), (j, 1, s))), (k, 1, s))


def link(number, statement, kind="proof step", domain=OTHERS, **fields):  # type: ignore[no-untyped-def]
    """One member of the chain of App. 8.1."""
    return claim(
        f"seddik.eq2.mle.s{number}",
        statement,
        kind,
        paper=PAPER,
        locator="App. 8.1",
        domain=domain,
        parent="seddik.eq2.mle",
        **fields,
    )


link(
    1,
    eq(L_i, -Sum(y(k) * log(u(k) / Sum(u(j), (j, 1, K))), (k, 1, s))),
    domain={s: Integers(1), K: Integers(1), y: OTHERS[y], u: OTHERS[u]},
    quantities={L_i: cross_entropy},
    hypotheses=(eq(Sum(y(k), (k, 1, s)), 1),),
)
link(
    2,
    eq(
        dL_i,
        y_k * Derivative(A_k, w) / (1 + A_k)
        + Sum(y(ell) * Derivative(A_l, w) / (1 + A_l), (ell, 1, s - 1)),
    ),
    quantities={dL_i: Derivative(loss, w)},
)
link(3, eq(dA_same, -(total - own) / own * x), quantities={dA_same: Derivative(A_k, w)})
link(
    4,
    eq(dA_diff, own / u_l),
    domain={**OTHERS, u_l: POSITIVE},
    quantities={dA_diff: Derivative((total - u_l) / u_l, w)},
)
bracket = y_k * (-(total - own) / own) / (1 + (total - own) / own) + Sum(
    y(ell) * (own / u(ell)) / (1 + (total - u(ell)) / u(ell)), (ell, 1, s - 1)
)
link(5, eq(dL_i, bracket * x), quantities={dL_i: Derivative(loss, w)})
six = Y_not_k * u_k / Z - y_k * (Z - u_k) / Z
seven = Y_not_k * u_k / Z - y_k * (1 - u_k / Z)
eight = (Y_not_k + y_k) * u_k / Z - y_k
link(
    6,
    eq(y_k * (-(Z - u_k) / u_k) / (1 + (Z - u_k) / u_k) + Y_not_k * u_k / Z, six),
    domain=NUMBERS,
)
link(7, eq(six, seven), domain=NUMBERS)
link(8, eq(seven, eight), domain=NUMBERS)
link(9, eq(eight, u_k / Z - y_k), domain=NUMBERS, hypotheses=(eq(Y_not_k + y_k, 1),))
link(
    10,
    And(
        eq(Derivative(log_loss, w), gradient),
        Implies(eq(gradient, 0), eq(p_k, n_k / card)),
    ),
    domain=CONTEXT,
    quantities={card: occurrences},
)
