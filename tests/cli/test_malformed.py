"""Malformed claim files: an error that names its place, or the right verdict; never a traceback.

Kept for ever: whatever once slipped through is added here.
"""

import pytest

from refutable.verify.cli import main
from refutable.verify.judge import Options, judge_one
from refutable.verify.loader import load_file

HEAD = """from refutable import *
m, n, N, p = symbols("m n N p")
S, S_0 = Function("S"), Symbol("S_0")
FS = Process("FS", Categorical(p), Pool([Draw(Model(), n, "y")]), index=m)
D = {m: Integers(1), n: Integers(1), p: Simplex()}
Q = {S: Lambda(m, mean(SqNorm(FS.model(m)))), S_0: SqNorm(FS.truth)}
TRUE = eq(S(m), 1 - (1 - 1/n)**m * (1 - S_0))
def stated(statement=TRUE, kind="closed form", domain=D, quantities=Q, **fields):
    return claim("r.x", statement, kind, domain=domain, quantities=quantities, **fields)
"""


def draws(text):
    return f'Process("P", Categorical(p), Pool({text}), index=m)'


ERRORS = {
    # domains
    "stated(domain={**D, n: Integers(3, 2)})": "empty domain: no integer lies between 3 and 2",
    "Reals(1, 1, lo_open=True)": "empty domain: no real number",
    "Simplex(1)": "empty domain: one class",
    "Simplex(0)": "must be an integer >= 1 (got 0)",
    "Integers(0.5)": "must be an integer (got 0.5",
    "Integers(-oo)": "needs a finite lower limit",
    "stated(domain={'m': Integers(1)})": "domain has the key 'm'",
    "stated(domain={**D, m: 1})": "must be a Domain (got 1)",
    "stated(domain=5)": "domain must be a dict",
    # statements that are none
    "x = Symbol('x', positive=True); stated(0 < x / (1 + x), domain={x: Reals(0, oo, True)})":
        "SymPy evaluated it away",
    "stated(S(m) == S(m))": "SymPy evaluated it away",
    "stated(And(TRUE, True))": "SymPy evaluated it away",
    "stated(eq(S(m) == S(m), 1))": "a side of a relation is already True",
    "stated(eq(1 / (n - n), 1))": "the statement holds 1/0",
    "stated(eq(oo - oo, 1))": "the statement holds nan",
    "stated('S = 1')": "a statement is needed",
    "stated(le(FS.model(m), FS.truth))": "vectors have no order",
    "stated(eq(FS.model(m), 1))": "a vector is compared with a number",
    # names
    "stated(eq(S(m), N))": "symbol N has no domain",
    "k = Symbol('m', integer=True); stated(eq(S(k), S(m)), domain={**D, k: Integers(1)})":
        "two different things are called m: a plain symbol and a symbol declared integer",
    "T = Function('S', real=True); stated(eq(S(m), T(m)), domain={**D, T: Schedule()})":
        "two different things are called S: a function and a function",
    "m = Symbol('m', positive=True); stated(gt(m, 0), domain={m: Integers(0)}, quantities={})":
        "declared positive in SymPy, but its domain",
    "a, b = symbols('a b'); stated(eq(a, 1), where={a: b + 1, b: a + 1})":
        "definitions go round in a circle",
    # fields
    "stated(colour='red')": "unknown field 'colour'",
    "stated(verdict='proved')": "unknown field 'verdict'",
    "stated(kind='theorem')": "unknown kind 'theorem'",
    "claim('r x', TRUE, 'closed form', domain=D, quantities=Q)": "words joined by dots",
    "stated(provenance='guess')": "provenance must be",
    "stated(parts={'s1': 5})": "a statement is needed",
    "stated(parts={'s1': {'kind': 'identity'}})": "part 's1' has no statement",
    "stated(readings=['fresh'])": "a reading must be a Reading",
    "stated(quantities={**Q, S: lambda m: 1})": "write Lambda(index, formula)",
    "stated(quantities={**Q, S: SqNorm(FS.truth)})": "must be a Lambda(index, formula)",
    "claim('r.x')": "missing 2 required positional arguments",
    # processes
    draws("[Draw(Model(), n, 'y'), Past('z', 1)]"): "names no batch of this process (known: y)",
    draws("[Draw(Model(), n, 'y'), Draw(Truth(), N)], weights=[1, 1]"): "must sum to 1 (got 2)",
    draws("[Draw(Model(), n, 'y')], weights=[1, 0]"): "1 batches but 2 weights",
    draws("[Draw(Model(), Rational(1, 2), 'y')]"): "size of a batch must be an integer",
    draws("[Draw(Mix(0.5, Truth(), Model()), n)]"): "must be exact: write 1/2",
    draws("[Draw(Model(0), n)]"): "lag must be an integer >= 1",
    draws("[Draw('truth', n)]"): "expected a source",
    draws("[]"): "non-empty list of batches",
    "stated(eq(mean(SqNorm(FS.batch('zz', m))), 1))": "no batch named 'zz'",
    "list(FS.model(m))": "not iterable",
}  # fmt: skip


@pytest.mark.parametrize("text", ERRORS)
def test_an_error_says_what_is_wrong_and_where(tmp_path, capsys, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "claim_r.py"
    path.write_text(f"{HEAD}{text}\n")
    assert main(["list", "claim_r.py"]) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    lines = HEAD.count("\n")
    assert err.startswith((f"claim_r.py:{lines}: ", f"claim_r.py:{lines + 1}: "))
    assert ERRORS[text] in err


def word(tmp_path, text):
    path = tmp_path / "claim_r.py"
    path.write_text(f"{HEAD}{text}\n")
    options = Options(fast=True, mutants=False, instances=30)
    return {c.id: judge_one(c, options).verdict for c in load_file(path)}


@pytest.mark.parametrize(
    "name", ["E", "I", "S", "N", "O", "Q", "beta", "gamma", "zeta", "pi", "lamda"]
)
def test_names_that_sympy_uses_itself_are_only_names(tmp_path, name):
    """`E**2 = -1` is false for a symbol E, whatever SymPy means by the letter."""
    text = (
        f"x = Symbol({name!r})\n"
        "D = {x: Reals(0, 5)}\n"
        "claim('r.true', eq((x + 1)**2, x**2 + 2*x + 1), 'identity', domain=D)\n"
        "claim('r.false', eq(x**2, -1), 'identity', domain=D)\n"
        "claim('r.value', lt(x, 3), 'bound', domain=D)\n"
    )
    assert word(tmp_path, text) == {"r.true": "proved", "r.false": "refuted", "r.value": "refuted"}


def test_a_share_may_be_called_beta(tmp_path):
    text = (
        "beta = Symbol('beta')\n"
        "B = Process('B', Categorical(p), Pool([Draw(Mix(beta, Truth(), Model()), n)]), index=m)\n"
        "stated(eq(mean(B.model(m)[1]), B.truth[1]), domain={**D, beta: Reals(0, 1)})\n"
    )
    assert word(tmp_path, text) == {"r.x": "proved"}


def test_hypotheses_that_exclude_everything_prove_nothing(tmp_path):
    assert word(tmp_path, "stated(hypotheses=[lt(n, 0)])") == {"r.x": "undecided"}


def test_the_letters_of_a_file_do_not_matter(tmp_path):
    renamed = HEAD.replace('"m n N p"', '"zeta E I gamma"').replace('"S"', '"beta"')
    path = tmp_path / "claim_r.py"
    path.write_text(
        f"{renamed}stated()\nclaim('r.y', eq(S(m), 1), 'identity', domain=D, quantities=Q)"
    )
    options = Options(fast=True, mutants=False, instances=30)
    got = {c.id: judge_one(c, options) for c in load_file(path)}
    assert got["r.x"].verdict == "proved"
    assert got["r.y"].counterexample.at == {"zeta": "1", "E": "2", "gamma": ["1/2", "1/2"]}
