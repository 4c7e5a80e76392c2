"""`refutable audit`: everything about a claim, a claim's own check, LaTeX, what goes wrong."""

import pytest
import sympy as sp

from refutable.derivations.statement import Rel
from refutable.verify.cli import main
from refutable.verify.derived import derived
from refutable.verify.judge import Options, judge_one
from refutable.verify.loader import load_file

HEAD = """from refutable import *
t, n, N, p = symbols("t n N p")
S, H = Function("S"), Symbol("H")
loop = Process("loop", Categorical(p), Pool([Draw(Model(), n)]), index=t)
given = {
    "domain": {t: Integers(1), n: Integers(1), p: Simplex()},
    "quantities": {S: Lambda(t, mean(SqNorm(loop.model(t)))), H: 1 - SqNorm(loop.truth)},
}
"""
QUICK = ["--no-progress", "--jobs", "1"]


def write(folder, text, name="claim_a.py"):
    path = folder / name
    path.write_text(HEAD + text)
    return str(path)


@pytest.fixture
def audit(tmp_path, capsys, monkeypatch):
    """Run `refutable audit` on this text: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)

    def run(text, *options):
        write(tmp_path, text)
        code = main(["audit", "claim_a.py", *QUICK, *options])
        return code, *capsys.readouterr()

    return run


def test_a_page_tells_everything(audit):
    code, out, _ = audit(
        'claim("a.bound", le(mean(SqNorm(loop.model(t) - loop.truth)), H * t / n), "bound", **given)\n'
        'claim("a.settles", eq(Lim(SqNorm(loop.model(t)), t), 1), "limit", **given)\n'
        'claim("a.slip", eq(S(t + 1), S(t) + (1 + S(t)) / n), "recurrence", **given)\n'
    )
    assert code == 1
    pages = dict(zip(("bound", "settles", "slip"), out.split("────\n"), strict=True))
    headings = {
        "bound": [
            "Stated", "Process", "Verdict", "Derivation, from the process alone", "Evidence",
            "At the boundary of the domain", "Slack: how far the bound is from the truth",
            "Wrong versions of the statement", "Not checked",
        ],
        "settles": ["Rests on lemmas that were not derived here", "Not checked"],
        "slip": ["Counterexample", "Correction (proved)", "Wrong versions of the correction"],
    }  # fmt: skip
    for name, wanted in headings.items():
        lines = pages[name].splitlines()
        assert [h for h in wanted if h not in lines] == []
    assert "undetected" not in out


# -- derive=True -----------------------------------------------------------------------------------

MIXED = """
both = Process("both", Categorical(p),
               Pool([Draw(Truth(), N, "real"), Draw(Model(), n, "synthetic")]), index=t)
given["domain"][N] = Integers(1)
R = Function("R")
claim("a.ask", ge(R(t), 0), "bound", derive=True, domain=given["domain"],
      quantities={R: Lambda(t, mean(SqNorm(both.model(t) - both.truth)))})
"""


def test_derive_gives_recurrence_closed_form_and_limit(tmp_path):
    """Each against the other two, in numbers."""
    (c,) = load_file(write(tmp_path, MIXED))
    (x,) = derived(c)
    assert all(isinstance(r, Rel) for r in (x.recurrence, x.closed, x.limit))
    t, n, N = sp.symbols("t n N")
    at = {n: sp.Integer(2), N: sp.Integer(3)}
    values = [x.closed.rhs.subs({**at, t: k}) for k in range(1, 40)]
    squares = {
        a: sp.Rational(5, 9)
        for a in values[0].atoms(sp.Function, sp.Expr)
        if "SqNorm" in str(a.func)
    }
    values = [v.xreplace(squares) for v in values]
    for k in range(1, 5):
        step = x.recurrence.rhs.subs({**at, t: k}).xreplace(squares)
        mean = next(a for a in step.atoms(sp.Expr) if a.func.__name__ == "Mean")
        assert sp.simplify(step.xreplace({mean: values[k - 1]}) - values[k]) == 0
    end = x.limit.rhs.subs(at).xreplace(squares)
    assert abs(float(values[-1] - end)) < 1e-12


def test_derive_is_on_the_page(audit):
    _, out, _ = audit(MIXED, "--fast")
    block = out.partition("\nDerived\n")[2].partition("\n\n")[0]
    assert [
        w for w in ("recurrence:", "closed form (from t = 1):", "limit:") if w not in block
    ] == []


# -- a claim's own check ---------------------------------------------------------------------------

CHECKS = {
    "def check(n, p): return sum(x**n for x in p) <= 1": ("supported", "holds at"),
    "def check(n): return n < 3": ("refuted", "false at n = 3, p = (1/2, 1/2)"),
    "def check(n):\n    while True: pass": ("undecided", "has not ended after 0.3 s"),
    "def check(n):\n    try:\n        while True: pass\n    except BaseException:\n"
    "        while True: pass": ("undecided", "has not ended after 0.3 s"),
    "def check(): return 1 / 0": ("undecided", "raises ZeroDivisionError"),
    "def check(): raise SystemExit(0)": ("undecided", "raises SystemExit"),
    "def check(): return False": ("undecided", "at no instance"),
    "def check(n): return 'yes'": ("undecided", "let it return True, False or None"),
    "def check(n): return None": ("undecided", "could not tell"),
    "def check():\n    import torch.absent": ("undecided", "`pip install refutable[gpt]`"),
}  # fmt: skip


@pytest.mark.parametrize("text", CHECKS)
def test_a_check_supports_or_refutes(tmp_path, text):
    (c,) = load_file(
        write(
            tmp_path,
            f"{text}\nclaim('a.x', Prose('words'), 'prose', check=check,"
            " domain={n: Integers(1), p: Simplex()})",
        )
    )
    # an import of C code must not be cut off: what it leaves half done may crash later
    v = judge_one(c, Options(check_seconds=0.3 if "while" in text else 60))
    word, said = CHECKS[text]
    assert v.verdict == word
    assert said in v.reason
    (e,) = v.evidence
    assert e.engine == "user"


def test_a_check_proves_nothing_and_contradicts_no_proof(audit):
    code, _, err = audit(
        "claim('a.x', le(1, n), 'bound', check=lambda n: n < 3, domain={n: Integers(1)})", "--fast"
    )
    assert code == 3
    assert "engines contradict each other: proved, but its own check fails: false at n = 3" in err


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("5", "check must be a function (got 5)"),
        ("lambda k: True", "check takes k, which has no domain; known: n"),
        ("lambda *n: True", "check takes n, which has no domain"),
    ],
)
def test_a_check_that_cannot_be_asked_does_not_load(audit, check, said):
    code, out, err = audit(
        f"claim('a.x', le(1, n), 'bound', check={check}, domain={{n: Integers(1)}})"
    )
    assert (code, out) == (2, "")
    assert err.startswith("claim_a.py:9: claim a.x: ")
    assert said in err


# -- what goes wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("claim('a.x', le(1, N), 'bound', **given)", "symbol N has no domain and stands for no quantity"),
        ("import torch.absent", "install it with `pip install refutable[gpt]`"),
        ("claim('a.x', le(1, n)", "it is no valid Python"),
        ("claim('a.x', 1 < 2, 'bound')", "SymPy evaluated it away"),
        ("undeclared", "declare it: undeclared = Symbol('undeclared')"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_load_ends_with_2(audit, text, said):
    code, out, err = audit(text)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("claim_a.py:9: ")
    assert said in err


def test_a_file_that_does_not_end_ends_with_2(audit):
    code, _, err = audit("while True: pass", "--load-seconds", "0.3")
    assert code == 2
    assert "it has not ended after 0.3 s" in err


@pytest.mark.parametrize(
    ("latex", "at", "hint"),
    [
        ("x^10 = 2", 1, "write ^{10}"),
        ("a = 1/2n", 7, r"write \frac{1}{2} n or 1/(2n)"),
        (r"L = \log_2 n", 8, r"write \frac{\log n}{\log 2}"),
        (r"H_n \approx \log n", 4, "state an exact relation"),
    ],
)
def test_a_formula_that_is_not_read_is_shown_with_a_caret(capsys, latex, at, hint):
    assert main(["audit", "--latex", latex]) == 2
    out, err = capsys.readouterr()
    first, shown, caret = err.splitlines()
    assert out == ""
    assert first.startswith(f"refutable: read the formula; column {at + 1}: ")
    assert hint in first
    assert (shown, caret) == (f"    {latex}", f"    {' ' * at}^")


def test_a_formula_that_is_read_gives_a_file_that_loads(capsys, tmp_path):
    assert main(["audit", "--latex", r"S_{m+1} \le S_m"]) == 0
    path = tmp_path / "claim_s.py"
    path.write_text(capsys.readouterr().out)
    assert [c.id for c in load_file(path)] == ["my.claim"]
