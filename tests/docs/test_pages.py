"""The pages that a run writes: complete, in the paper's letters, and fit for the toctree."""

import re
from pathlib import Path

import pytest
from sympy import Symbol

from refutable.derivations.statement import Parts, Prose
from refutable.verify import baseline, errata, jsonout, mutantpage, pages
from refutable.verify.loader import load_papers
from refutable.verify.report.entry import entry
from refutable.verify.verdict import Repair, Verdict
from tests.cli.stubs import full, make

DOCS = Path(__file__).parents[2] / "docs"
ERRATA, MUTANTS = ((DOCS / name).read_text(encoding="utf-8") for name in pages.PAGES)


def of(*verdicts):
    """The errata page of verdicts chosen here."""
    return errata.markdown([entry(v, jsonout.record(v)) for v in verdicts])


def test_the_errata_page_has_every_refuted_claim_and_no_other():
    known = baseline.read(baseline.DEFAULT)
    rows = re.findall(r"^\| \[?`([\w.-]+)`", ERRATA, re.MULTILINE)
    refuted = sorted(id for id, word in known.items() if word == "refuted")
    assert sorted(id for id in rows if id in known) == refuted, f"write the page anew with `{pages.COMMAND}`"


def test_every_erratum_is_told_in_a_section_that_its_row_links_to():
    links = dict(re.findall(r"^\| \[`([\w.-]+)`\]\(#([\w-]+)\)", ERRATA, re.MULTILINE))
    assert list(links) == re.findall(r"^### ([\w.-]+)$", ERRATA, re.MULTILINE)
    assert all(anchor == id.lower().replace(".", "") for id, anchor in links.items())


def test_reconstructed_statements_say_how_sure_they_are():
    sure = {c.id: str(c.confidence) for c in load_papers() if c.provenance != "printed"}
    for row in re.findall(r"^\| .*$", ERRATA, re.MULTILINE):
        id = (re.findall(r"`([\w.-]+)`", row) or [""])[0]
        if id in sure:
            assert f"(reconstructed, confidence {sure[id]})" in row


def test_the_mutant_page_has_every_claim_with_a_formula():
    rows = re.findall(r"^\| `([\w.-]+)`", MUTANTS, re.MULTILINE)
    stated = [c.id for c in load_papers() if not isinstance(c.statement, (Parts, Prose))]
    assert sorted(rows) == sorted(stated), f"write the page anew with `{pages.COMMAND}`"


@pytest.mark.parametrize("page", [ERRATA, MUTANTS])
def test_pages_name_the_command_that_wrote_them_and_nothing_internal(page):
    assert f"`{pages.COMMAND}`" in page
    assert not re.search(r"\b_x\d|\bRel\(|\bCoord\(|\b(?:Any|Truth|Model)Vec\b|SqNorm|Lambda\(", page)


def test_pages_are_in_the_toctree():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    assert {"errata", "mutants"} <= set(index.splitlines())


def test_a_difference_that_a_scan_can_make_is_looked_up_first():
    v = full()
    v.repair = Repair(v.claim.statement, "sign of the term n", Symbol("n"), "proved")
    assert "Look at the printed page first" in of(v)
    v.repair = Repair(v.claim.statement, "the derived limit", None, "proved")
    text = of(v)
    assert "Look at the printed page first" not in text
    assert "True instead (proved)" in text  # a formula, though it has no difference
    assert "Missing" not in text


def test_a_missing_hypothesis_is_one():
    v = full()
    v.refutes = "domain"
    assert "Missing: `1 ≤ n`. With this hypothesis the statement is proved." in of(v)


def test_readings_are_told():
    assert "“fresh” (refuted, shown here), “reused” (proved)" in of(full())


def test_the_page_of_mutants_counts_and_gives_reasons():
    v = full()
    v.mutants.rows.append(
        {"change": "n_k becomes n_k**2", "rule": "exponent", "fate": "true", "why": "smt: 1/n**2"}
    )
    text = mutantpage.markdown([v, Verdict(make("t.open"), "undecided", "")])
    assert "| `t.full` | 3 | 1 | 1 | 0 | 0 | 1 |" in text
    assert "| `t.open` | none: undecided |" in text
    assert "- `t.full`, nₖ becomes nₖ²: **true** (smt: 1/n²)" in text
    assert "`t.full`, sign: **undetected**" in text


def test_both_pages_are_written(tmp_path):
    v = full()
    paths = pages.write(str(tmp_path), [entry(v, jsonout.record(v))])
    assert [Path(p).name for p in paths] == list(pages.PAGES)
    assert "t.full" in Path(paths[0]).read_text(encoding="utf-8")


def test_proofs_without_a_process_do_not_speak_of_one():
    from refutable.verify.judge import Options, judge_one
    from refutable.verify.readable import make_readable

    claims = {c.id: c for c in load_papers()}
    quick = Options(fast=True, mutants=False, instances=6)
    v = make_readable(judge_one(claims["seddik.minx"], quick))
    assert v.verdict == "proved"
    assert "derived from the process" not in v.reason
    assert v.reason.startswith("by algebra")
    v = make_readable(judge_one(claims["bakshi.rem3.3.s1"], quick))
    assert v.reason.startswith("derived from the process")
    assert "1 − ‖θ*‖²" in "".join(e.detail for e in v.evidence)  # not `1 - _x1`


def test_an_identity_between_printed_sides_has_no_true_value():
    assert "the left side is 25/32, stated to be 173/224" in of(full())


def test_what_is_proved_of_the_same_theorem_is_not_touched():
    c = {x.id: x for x in load_papers()}
    wrong = Verdict(c["seddik.thm4.lambda.s9"], "refuted", "")
    others = [Verdict(c[id], "proved", "") for id in ("seddik.thm4.eq16", "seddik.thm3")]
    assert errata.dependents(wrong, [wrong, *others]) == ([], ["seddik.thm4.eq16"])
