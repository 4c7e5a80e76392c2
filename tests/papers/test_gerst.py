"""Gerstgrasser et al. 2024: the worked example of a wrong line in the proof of a true theorem."""

from functools import cache

import pytest

from refutable.verify.judge import Options, combine, judge
from refutable.verify.loader import load_file, paper_files


@cache
def verdicts():
    files = [f for f in paper_files() if f.name.startswith("gerstgrasser2024")]
    claims = [c for f in files for c in load_file(f)]
    found = combine(judge(claims, Options(fast=True, mutants=False)))
    return {v.claim.id: v for v in found}


def test_theorem_1_is_proved_and_its_proof_refuted_at_the_coefficients():
    found = verdicts()
    assert found["gerst.thm1"].verdict == "proved"
    assert found["gerst.thm1.proof"].verdict == "refuted"
    links = {k: found[f"gerst.thm1.proof.s{k}"].verdict for k in range(1, 12)}
    assert [k for k, word in links.items() if word == "refuted"] == [7, 8, 9]
    assert {word for k, word in links.items() if k not in (7, 8, 9)} == {"proved"}


def test_the_smallest_witness_of_the_coefficient_line():
    """n = 1: the coefficients of E_1, E_2 are (2, 1); printed (2, 1/2)."""
    v = verdicts()["gerst.thm1.proof.s7"]
    assert {k: v.counterexample.at[k] for k in ("n", "j")} == {"n": "1", "j": "2"}
    assert (v.counterexample.lhs, v.counterexample.rhs) == ("1", "1/2")
    assert v.counterexample.confirmed_by == "symbolic"
    assert v.refutes == "proof line"
    assert v.repair.verdict == "proved"


@pytest.mark.parametrize("id", ["gerst.thm2", "gerst.eq4", "gerst.eq9"])
def test_closed_forms_of_the_test_error(id):
    assert verdicts()[id].verdict == "proved"


def test_replace_multiple_holds_on_stacked_designs_only():
    v = verdicts()["gerst.eq11.s1"]
    assert {r.name: r.verdict for r in v.readings} == {"stacked": "proved", "fresh": "refuted"}
    assert "reading 'fresh': refuted" in v.reason
