"""Gerstgrasser et al. 2024: the worked example of a wrong line in the proof of a true theorem."""

from functools import cache

import pytest

from refutable.verify.judge import Options, combine, judge
from refutable.verify.loader import load_file, paper_files


@cache
def verdicts():
    files = [f for f in paper_files() if f.name.startswith("gerstgrasser2024")]
    claims = [c for f in files for c in load_file(f)]
    engines = frozenset({"exact", "symbolic", "certificate"})
    found = combine(judge(claims, Options(engines=engines, mutants=False)))
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


def test_strict_bounds_need_noise():
    """Without label noise nothing is estimated wrongly: 0 < 0 fails, and nothing diverges."""
    for id in ("gerst.thm2.proof.s6", "gerst.eq11.s4"):
        v = verdicts()[id]
        assert (v.verdict, v.refutes) == ("refuted", "domain")
        assert str(v.repair.statement) == "Rel(>, sigma, 0)"
        assert v.repair.verdict == "proved"


def test_every_entry_of_the_catalogue_is_there():
    ids = """setup.process eq1.testerr thm1 thm1.proof thm2 thm2.proof thm2.prose lem3 eq4 eq9 eq11
        prose.ridge remark.sublinear table2 exp.lm exp.geodiff exp.vae exp.linreg"""
    found = verdicts()
    assert {f"gerst.{x}" for x in ids.split()} == {
        i for i, v in found.items() if not v.claim.parent
    }
    parts = {"setup.process": 3, "thm1.proof": 11, "thm2": 2, "thm2.proof": 7, "thm2.prose": 3,
             "lem3": 2, "eq4": 2, "eq11": 4, "table2": 5, "exp.lm": 3}  # fmt: skip
    for entry, count in parts.items():
        assert {f"gerst.{entry}.s{k}" for k in range(1, count + 1)} == {
            i for i, v in found.items() if v.claim.parent == f"gerst.{entry}"
        }


def test_no_identity_is_left_open():
    for v in verdicts().values():
        if v.claim.kind in ("identity", "recurrence", "closed form", "bound", "proof step"):
            assert v.verdict in ("proved", "refuted"), v.claim.id


def test_the_table_agrees_with_itself():
    assert verdicts()["gerst.table2"].verdict == "proved"
