"""The plugin in other people's projects: items, outcomes, selection, start-up, indifference."""

import json
import os
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from refutable.verify.cli import main
from tests.cli.stubs import claim_file

# The words are the ids: what is tested here is how items come out, not the judge.
STUB = """
from refutable.verify import judge
from refutable.verify.verdict import Counterexample, Evidence, Verdict
def judge_one(c, options, done):
    word = c.id.partition(".")[2].replace("_", " ")
    if word == "crash":
        raise ValueError("an engine broke")
    v = Verdict(c, word, f"because it is {word}")
    if word == "proved":
        v.evidence = [Evidence("symbolic", "holds", "d"), Evidence("exact", "out of scope", "sums")]
    if word == "refuted":
        v.evidence = [Evidence("exact", "fails", "at n = 1")]
        v.counterexample = Counterexample("instance", {"n": "1"}, "1", "<", "0", "exact", "symbolic")
    return v
judge.judge_one = judge_one
"""
REAL = """from refutable import *
t, n, p = symbols("t n p")
S, S0 = Function("S"), Symbol("S_0")
loop = Process("loop", Categorical(p), Pool([Draw(Model(), n)]), index=t)
common = dict(
    domain={t: Integers(1), n: Integers(1), p: Simplex()},
    quantities={S: Lambda(t, mean(SqNorm(loop.model(t)))), S0: SqNorm(loop.truth)},
)
claim("mine.decay", eq(S(t), 1 - (1 - 1 / n) ** t * (1 - S0)), "closed form", **common)
claim("mine.slip", eq(S(t), 1 - (1 - 1 / n) ** (t - 1) * (1 - S0)), "closed form", **common)
claim("mine.prose", Prose("models get worse"), "prose")
"""
# Everything that a project may have set differently.
HOSTILE_INI = """[pytest]
addopts = --import-mode=prepend --doctest-modules -p no:cacheprovider -p no:logging --strict-markers
filterwarnings = error
python_files = *.py
xfail_strict = true
"""
HOSTILE_CONFTEST = """
import decimal, random, sys, warnings
import hypothesis, mpmath, numpy, pytest, scipy.special
numpy.seterr(all="raise")
scipy.special.seterr(all="raise")
mpmath.mp.dps = 3
sys.setrecursionlimit(400)
hypothesis.settings.register_profile("odd", max_examples=1)
hypothesis.settings.load_profile("odd")
@pytest.fixture(autouse=True)
def reseeded():
    random.seed(1)
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.reverse()
def pytest_sessionfinish():
    assert mpmath.mp.dps == 3 and numpy.geterr()["under"] == "raise"
    assert sys.getrecursionlimit() == 400
"""


X = "claims/claim_x.py::t"
EXPECTED = {
    f"{X}.{word}::{name}": "SKIPPED"
    for word in ("proved", "supported", "refuted", "undecided", "out_of_scope", "crash")
    for name in ("symbolic", "exact", "montecarlo")
} | {
    f"{X}.proved::verdict": "PASSED",
    f"{X}.supported::verdict": "PASSED",
    f"{X}.refuted::verdict": "FAILED",
    f"{X}.undecided::verdict": "FAILED",
    f"{X}.out_of_scope::verdict": "SKIPPED",
    f"{X}.crash::verdict": "FAILED",
    f"{X}.proved::symbolic": "PASSED",
    f"{X}.refuted::exact": "FAILED",
}


def run(folder, *options):
    """A pytest of a project of its own: (exit code, output)."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", *map(str, options)],
        cwd=folder, env=keep, capture_output=True, text=True,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def outcomes(text):
    """Node id -> outcome, from a verbose report."""
    found = re.findall(r"^(?:\[gw\d\].*?)?(\S+::\S+) +([A-Z]+)", text, re.MULTILINE)
    found += [(b, a) for a, b in re.findall(r"^\[gw\d\] \[.*?\] ([A-Z]+) (\S+::\S+)", text, re.M)]
    return dict(found)


@pytest.fixture
def project(tmp_path):
    """A project whose claims have the words of their ids."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(STUB)
    folder = tmp_path / "claims"
    folder.mkdir()
    words = ("proved", "supported", "refuted", "undecided", "out of scope", "crash")
    claim_file(folder, *words, name="claim_x.py")
    return tmp_path


def test_an_item_per_claim_and_engine(project):
    code, text = run(project, "-v", "--junitxml", project / "j.xml")
    assert code == 1
    assert outcomes(text) == EXPECTED
    assert "claims/claim_x.py:4: claim t.refuted: refuted: because it is refuted" in text
    assert "claim t.crash: internal error: ValueError: an engine broke" in text
    assert "Traceback" not in text
    case = {
        (c.get("classname"), c.get("name")): {
            p.get("name"): p.get("value") for p in c.iter("property")
        }
        for c in ET.parse(project / "j.xml").iter("testcase")
    }[("claims.claim_x.t.refuted", "verdict")]
    assert case["claim"] == "t.refuted"
    assert case["verdict"] == "refuted"
    assert case["counterexample"] == "at n = 1: true value 1, stated < 0"


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["-k", "t.refuted and exact"], {"t.refuted::exact"}),
        (["-m", "verdict and refutable", "-k", "proved"], {"t.proved::verdict"}),
        (["claims/claim_x.py::t.proved::symbolic"], {"t.proved::symbolic"}),
        (["claims/claim_x.py::t.refuted", "--refutable-engine", "exact", "-o", "python_files=*.py"],
         {"t.refuted::verdict", "t.refuted::exact"}),
    ],
)  # fmt: skip
def test_items_are_selected(project, options, wanted):
    """Collecting imports no engine, so that it stays quick."""
    (project / "conftest.py").write_text(
        "import sys\n"
        "def pytest_sessionfinish():\n"
        "    assert not {'refutable.verify.judge', 'z3', 'numpy'} & set(sys.modules)\n"
    )
    code, text = run(project, "-q", "--collect-only", *options)
    assert code == 0, text
    nodes = [line for line in text.splitlines() if "::" in line]
    assert {node.removeprefix("claims/claim_x.py::") for node in nodes} == wanted
    assert len(nodes) == len(wanted)


@pytest.mark.slow
def test_workers_come_to_the_same(project):
    _, text = run(project, "-v", "-n", "2", "--dist", "load")
    assert outcomes(text) == EXPECTED


def test_other_files_of_that_name_are_left_alone(project):
    (project / "claims" / "claim_x.py").unlink()
    (project / "claim_insurance.py").write_text("raise SystemExit('not for pytest')\n")
    assert run(project)[0] == 5  # pytest's own code for: no tests


BROKEN = {
    "claim_a.py": ("from refutable import *\nclaim('a b')\n", "claim_a.py:2: load the file; it raises"),
    "claim_b.py": ("import refutable\n", "claim_b.py: no claim found; make claims with claim(...)"),
    "claim_c.py": ("import refutable\n1 +\n", "claim_c.py:2: load the file; it is no valid Python"),
    "claim_d.py": ("import refutable\nimport torch.absent\n",
                   "install it with `pip install refutable[gpt]`"),
}  # fmt: skip


def test_a_file_that_does_not_load_is_an_error_with_its_place(tmp_path):
    for name, (text, _) in BROKEN.items():
        (tmp_path / name).write_text(text)
    code, out = run(tmp_path)
    assert code == 2
    for _, said in BROKEN.values():
        assert said in out
    assert "Traceback" not in out


def test_the_start_costs_nothing(tmp_path):
    """Without a claim file, pytest imports of all this the plugin alone."""
    (tmp_path / "test_light.py").write_text(
        "import sys\n"
        "def test_light():\n"
        "    heavy = {'sympy', 'numpy', 'scipy', 'z3', 'flint', 'mpmath', 'rich', 'torch'}\n"
        "    assert not heavy & set(sys.modules)\n"
        "    ours = {m for m in sys.modules if m.split('.')[0] == 'refutable'}\n"
        "    assert ours == {'refutable', 'refutable.verify', 'refutable.verify.pytest_plugin'}\n"
    )
    code, text = run(tmp_path, "-p", "no:hypothesispytest")
    assert code == 0, text


@pytest.mark.slow
def test_a_verdict_depends_on_no_setting_of_the_project(tmp_path, monkeypatch):
    """Judged by the command in a bare surrounding, and by pytest in a hostile one."""
    (tmp_path / "pytest.ini").write_text(HOSTILE_INI)
    (tmp_path / "conftest.py").write_text(HOSTILE_CONFTEST)
    (tmp_path / "claim_mine.py").write_text(REAL)
    monkeypatch.chdir(tmp_path)
    main(["verify", "claim_mine.py", "--jobs", "1", "--no-progress", "--json", "command.json"])
    words = {
        c["id"]: c["verdict"] for c in json.loads((tmp_path / "command.json").read_text())["claims"]
    }
    assert words == {"mine.decay": "proved", "mine.slip": "refuted", "mine.prose": "out of scope"}
    code, text = run(tmp_path, "-v", "--junitxml", "j.xml", "-W", "error")
    assert code == 1, text
    found = {}
    for case in ET.parse(tmp_path / "j.xml").iter("testcase"):
        given = {p.get("name"): p.get("value") for p in case.iter("property")}
        assert found.setdefault(given["claim"], given["verdict"]) == given["verdict"]
    assert found == words
    assert {n for n, o in outcomes(text).items() if o == "ERROR"} == set()
