"""Frequencies refitted to their own draws: true statements beside near misses, all unpublished."""

from refutable import *

t, n, p = symbols("t n p")
S, H = Function("S"), Symbol("H")
loop = Process("loop", Categorical(p), Pool([Draw(Model(), n)]), index=t)
given = {
    "domain": {t: Integers(1), n: Integers(1), p: Simplex()},
    "quantities": {S: Lambda(t, mean(SqNorm(loop.model(t)))), H: 1 - SqNorm(loop.truth)},
}
step = mean(SqNorm(loop.model(t) - loop.model(t - 1)))
distance = mean(SqNorm(loop.model(t) - loop.truth))

CLAIMS = [
    claim("cat.step", eq(step, H / n * (1 - 1 / n) ** (t - 1)), "closed form", **given),
    claim("cat.step_index", eq(step, H / n * (1 - 1 / n) ** t), "closed form", **given),
    claim("cat.sign", eq(S(t + 1), S(t) - (1 - S(t)) / n), "recurrence", **given),
    claim("cat.half", ge(distance, H / 2), "bound", **given),
    # Almost surely the model becomes a point mass, but nobody knows beforehand which one.
    claim("cat.settles", eq(Lim(SqNorm(loop.model(t)), t), 1), "limit", **given),
    claim("cat.dies", eq(Lim(loop.model(t)[1], t), 0), "limit", **given),
    claim("cat.stays", lt(Lim(SqNorm(loop.model(t)), t), 1), "limit", **given),
]
