"""n real data beside m synthetic ones, and real data in every second generation only."""

from refutable import *

t, n, m, p = symbols("t n m p")
R, H = Function("R"), Symbol("H")


def about(process):
    """The squared distance from the truth, and the truth's heterozygosity."""
    distance = mean(SqNorm(process.model(t) - process.truth))
    return {R: Lambda(t, distance), H: 1 - SqNorm(process.truth)}


real, synthetic = Draw(Truth(), n, "real"), Draw(Model(), m, "synthetic")
both = Process("both", Categorical(p), Pool([real, synthetic]), index=t)
turns = Process(
    "turns", Categorical(p), Pool([Draw(Mix((1 + (-1) ** t) / 2, Truth(), Model()), n)]), index=t
)
sizes = {t: Integers(1), n: Integers(1), m: Integers(1), p: Simplex()}
on_both = {"domain": sizes, "quantities": about(both)}
in_turns = {"domain": {x: sizes[x] for x in (t, n, p)}, "quantities": about(turns)}

CLAIMS = [
    claim(
        "mix.limit", eq(Lim(R(t), t), H * (n + m) / ((n + m) ** 2 - m**2 + m)), "limit", **on_both
    ),
    claim(
        "mix.swapped", eq(Lim(R(t), t), H * (n + m) / ((n + m) ** 2 - n**2 + n)), "limit", **on_both
    ),
    claim("mix.bound", le(R(t), H / n), "bound", **on_both),
    claim("mix.all_as_real", le(R(t), H / (n + m)), "bound", **on_both),
    # Its upper limit is that value; a limit does not exist.
    claim("turns.upper", eq(LimSup(R(t), t), H * (2 - 1 / n) / n), "limit", **in_turns),
    claim("turns.lower", eq(LimInf(R(t), t), H / n), "limit", **in_turns),
    claim("turns.limit", eq(Lim(R(t), t), H * (2 - 1 / n) / n), "limit", **in_turns),
]
