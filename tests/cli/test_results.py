"""The files that a run writes: JSON, JUnit, SARIF, annotations, baseline."""

import dataclasses
import json
import os
import stat
import xml.etree.ElementTree as ET

import pytest
import sympy as sp

from refutable.derivations.errors import PathNotFound, UsageError
from refutable.derivations.statement import And, eq, le
from refutable.verify import baseline, jsonout, junit, pullrequest, sarif
from refutable.verify.outfile import check_target, write_text
from refutable.verify.verdict import Verdict
from tests.cli.sarifrules import faults
from tests.cli.stubs import full, judge, make

WORDS = ("proved", "refuted", "supported", "undecided", "out of scope")


def verdicts(*words):
    return [judge(make(f"t.{w.replace(' ', '_')}"), None, {}) for w in words]


# -- the verdict file ------------------------------------------------------------------------------

KEYS = (
    "id parent paper locator kind file line provenance confidence statement verdict refutes reason"
    " readings evidence counterexample repair slack trusted boundary mutants"
)


def test_a_verdict_has_the_fields_of_the_contract_and_no_other():
    data = json.loads(jsonout.dumps([full()], seed=7))
    assert list(data) == ["schema", "version", "seed", "budget", "claims", "summary"]
    assert (data["schema"], data["seed"]) == ("refutable.verdicts/1", 7)
    assert data["budget"] == {"false_alarm": 1e-9, "false_pass": 1e-6}
    assert data["summary"] == dict.fromkeys(WORDS, 0) | {"refuted": 1}
    (c,) = data["claims"]
    assert list(c) == KEYS.split()
    assert c["reason"] == "two lines, <tag> & 50%"
    assert c["counterexample"] == {
        "kind": "instance", "at": {"n": "2", "p": ["1/2", "1/2"]}, "lhs": "25/32", "relation": "=",
        "rhs": "173/224", "engine": "exact", "confirmed_by": "symbolic",
    }  # fmt: skip
    assert c["repair"] == {
        "statement": r"1 \le n", "sympy": "Le(1, n)", "why": "strictness", "difference": "n - 1",
        "verdict": "proved",
    }  # fmt: skip
    assert c["evidence"][0] | {"seconds": None} == {
        "engine": "montecarlo", "outcome": "fails", "detail": "z = 9", "interval": ["0.1", "0.2"],
        "visible": "0.01", "seconds": None,
    }  # fmt: skip
    assert c["mutants"] == {
        "total": 3, "killed": 1, "equivalent": 1, "implied": 0, "true": 0, "undetected": ["sign"],
    }  # fmt: skip


def test_what_does_not_apply_is_null():
    (c,) = json.loads(jsonout.dumps(verdicts("proved"), seed=0))["claims"]
    empty = ("parent", "confidence", "refutes", "counterexample", "repair", "slack", "mutants")
    assert {k: c[k] for k in empty} == dict.fromkeys(empty)


def test_only_seconds_differ_between_equal_runs():
    one, two = full(), full()
    two.evidence[0].seconds = 99
    a, b = (json.loads(jsonout.dumps([v], 0)) for v in (one, two))
    assert a != b
    for data in (a, b):
        data["claims"][0]["evidence"][0].pop("seconds")
    assert a == b
    assert jsonout.dumps([one], 0) == jsonout.dumps([full()], 0)


def test_numbers_are_exact_texts():
    value = {"a": sp.Rational(25, 32), sp.Symbol("b"): (sp.Integer(1), 0.5), "c": [None, True, 3]}
    assert jsonout.plain(value) == {"a": "25/32", "b": ["1", "0.5"], "c": [None, True, 3]}


def test_sympy_text_parses_back():
    x = sp.Symbol("x")
    text = jsonout.sympy_text(And(eq(x, 1), le(x, 2)))
    assert sp.sympify(text) == sp.And(sp.Eq(x, 1), sp.Le(x, 2))


# -- writing ---------------------------------------------------------------------------------------


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "out.json"
    target.write_text("old")

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(UsageError, match="No space left"):
        write_text(target, "new")
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.json"]


def test_a_link_and_its_mode_stay(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_text(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_target_that_cannot_be_is_refused_before_any_work(tmp_path):
    check_target("-", "--json")
    check_target(str(tmp_path / "new.json"), "--json")
    with pytest.raises(PathNotFound, match="create it first"):
        check_target(str(tmp_path / "none" / "x.json"), "--json")
    with pytest.raises(UsageError, match="is a folder"):
        check_target(str(tmp_path), "--json")


# -- the baseline ----------------------------------------------------------------------------------


def words(known, found, **options):
    v = Verdict(make("t.x"), found, "")
    return [str(d) for d in baseline.compare([v], {"t.x": known} if known else {}, **options)]


@pytest.mark.parametrize("word", WORDS)
def test_the_same_word_is_no_difference(word):
    assert words(word, word) == []


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ("supported", "undecided"),
        ("proved", "undecided"),
        ("proved", "supported"),
        ("refuted", "undecided"),
        ("proved", "out of scope"),
    ],
)
def test_a_weaker_word_counts_only_with_all_engines(known, found):
    assert words(known, found) == [f"t.x was {known} and is {found}"]
    assert words(known, found, engines_off=True) == []


@pytest.mark.parametrize(
    ("known", "found"),
    [("proved", "refuted"), ("refuted", "proved"), ("undecided", "proved"), (None, "proved"),
     ("supported", "refuted")],
)  # fmt: skip
def test_a_contrary_or_stronger_word_always_counts(known, found):
    assert len(words(known, found)) == 1
    assert len(words(known, found, engines_off=True)) == 1


def test_a_claim_that_is_gone_counts_only_where_all_were_selected():
    known = {"t.x": "proved", "t.gone": "refuted"}
    v = [Verdict(make("t.x"), "proved", "")]
    assert baseline.compare(v, known) == []
    assert [str(d) for d in baseline.compare(v, known, whole=True)] == [
        "t.gone was refuted and is gone"
    ]


def test_a_baseline_holds_ids_and_words_only(tmp_path):
    path = tmp_path / "b.json"
    baseline.write(path, verdicts("refuted", "proved"), {"t.kept": "undecided"})
    assert json.loads(path.read_text()) == {
        "schema": "refutable.baseline/1",
        "claims": {"t.kept": "undecided", "t.proved": "proved", "t.refuted": "refuted"},
    }
    assert baseline.read(path)["t.proved"] == "proved"


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"schema": "x/1", "claims": {}}',
             '{"schema": "refutable.baseline/1", "claims": {"a": "right"}}']
)  # fmt: skip
def test_what_is_no_baseline_is_refused(tmp_path, text):
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="--write-baseline"):
        baseline.read(path)


def test_without_a_baseline_the_words_decide():
    all_words = verdicts(*WORDS)
    assert [v.verdict for v in baseline.failing(all_words, None)] == ["refuted", "undecided"]
    assert [v.verdict for v in baseline.failing(all_words, None, "refuted")] == ["refuted"]
    assert baseline.failing(all_words, []) == []


# -- JUnit, SARIF, annotations ---------------------------------------------------------------------


def test_junit_fails_where_the_run_fails():
    v = [*verdicts(*WORDS), full()]
    root = ET.fromstring(junit.dumps(v, [v[1]]))
    counts = {k: root.get(k) for k in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "6", "failures": "1", "errors": "0", "skipped": "1"}
    cases = {c.get("name"): c for c in root.iter("testcase")}
    assert cases["t.refuted"].find("failure").get("type") == "refuted"
    assert cases["t.out_of_scope"].find("skipped") is not None
    assert cases["t.full"].find("failure") is None  # an erratum that is expected
    assert "refuted: two lines, <tag> & 50%" in cases["t.full"].find("system-out").text
    failed = ET.fromstring(junit.dumps([full()], [full()])).find(".//failure")
    assert "at n = 2, p = (1/2, 1/2): true value 25/32, stated = 173/224" in failed.text


def test_junit_holds_what_xml_cannot():
    v = Verdict(make("t.x"), "refuted", "nul \0 and \x1b[31m")
    assert "nul � and �[31m" in ET.fromstring(junit.dumps([v], [v])).find(".//failure").get(
        "message"
    )


def test_sarif_shows_what_fails_as_errors_and_the_known_as_notes():
    new, known, unclear = full(), *verdicts("refuted", "undecided")
    log = sarif.document([new, known, unclear, *verdicts("proved")], [new, unclear], True)
    assert log["version"] == "2.1.0"
    run = log["runs"][0]
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    got = {r["message"]["text"].split()[0]: r for r in run["results"]}
    assert set(got) == {"t.full", "t.refuted", "t.undecided"}
    assert [got[i]["level"] for i in ("t.full", "t.refuted", "t.undecided")] == [
        "error", "note", "warning",
    ]  # fmt: skip
    assert all(rules[r["ruleIndex"]] == r["ruleId"] for r in got.values())
    assert got["t.refuted"]["suppressions"]
    assert got["t.full"]["baselineState"] == "new"
    place = got["t.full"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("stubs.py")
    assert place["region"]["startLine"] > 1


@pytest.mark.parametrize("compared", [False, True])
def test_sarif_is_sarif(compared):
    """By the rules of the schema of 2.1.0 for the objects that we write."""
    odd = full()
    odd.claim = dataclasses.replace(
        odd.claim, file="a b/claim_\N{GREEK SMALL LETTER PI}.py", line=3
    )
    nowhere = full("supported")
    nowhere.claim = dataclasses.replace(nowhere.claim, file=None, line=None)
    every = [odd, nowhere, *verdicts(*WORDS)]
    log = json.loads(sarif.dumps(every, [odd, nowhere], compared))
    assert faults(log) == []
    result = log["runs"][0]["results"][0]
    for change, said in (
        ({"level": "fatal"}, "level"),
        ({"colour": "red"}, "colour"),
        ({"message": {}}, "text"),
        ({"ruleIndex": "1"}, "ruleIndex"),
        ({"locations": [{"physicalLocation": {"region": {"startLine": 0}}}]}, "startLine"),
        ({"locations": [{"physicalLocation": {"artifactLocation": {"uri": "a b"}}}]}, "uri"),
    ):
        broken = {**log, "runs": [{**log["runs"][0], "results": [{**result, **change}]}]}
        assert [said in fault for fault in faults(broken)] == [True]


def test_a_summary_of_the_job_is_markdown():
    v = [*verdicts("proved", "out of scope"), full()]
    text = pullrequest.summary(v, v[2:])
    assert text.startswith("### refutable: 1 proved, 1 refuted, 1 out of scope\n")
    assert text.splitlines()[-2] == r"| `t.full` | refuted | two lines, \<tag> & 50% |"
    assert "|" not in pullrequest.summary(v, [])
    assert pullrequest.summary([], []) == "### refutable: no claim\n\n"


def test_annotations_escape_what_github_reads():
    v = Verdict(make("t.x"), "undecided", "100%: a,\nb")
    v.claim = dataclasses.replace(v.claim, file="a,b:c.py", line=3)
    assert pullrequest.lines([v]) == [
        "::warning file=a%2Cb%3Ac.py,line=3,title=t.x is undecided::100%25: a, b"
    ]
