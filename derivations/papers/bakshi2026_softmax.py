"""bakshi2026, background on language models: the softmax fit of one context."""

from sympy import Derivative, Symbol, exp, log

from refutable import Exists, Integers, Reals, claim, eq
from refutable.derivations.papers.bakshi2026_processes import reconstructed

w1, w2, w3, c1, c2, c3 = (Symbol(x) for x in ["w_1", "w_2", "w_3", "c_1", "c_2", "c_3"])
COUNTS = {c: Integers(0) for c in (c1, c2, c3)}
LOGITS = {w: Reals() for w in (w1, w2, w3)}
total = c1 + c2 + c3
norm = exp(w1) + exp(w2) + exp(w3)
loss = -(c1 * w1 + c2 * w2 + c3 * w3) + total * log(norm)

claim(
    "bakshi.softmax",
    eq(Derivative(loss, w1), total * (exp(w1) / norm - c1 / total)),
    "identity",
    **reconstructed("0.95", "Section 3, Background on Language Models"),
    domain={**COUNTS, **LOGITS},
    note="one context with three tokens: a stationary point gives the relative frequencies",
    parts={
        "s1": {
            "statement": Exists(w1, eq(exp(w1) / (exp(w1) + 1), c1 / (c1 + c2))),
            "symbols": [c1, c2, w1],
            "note": "two tokens, the second logit zero: the minimum is attained",
        },
    },
)
