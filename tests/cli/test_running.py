"""Many claims, many processes: the same words in the same order."""

import io
import json
import os

import pytest
import sympy as sp
from rich.console import Console

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.errors import Contradiction, NoClaim
from refutable.derivations.quantity import Mean, SqNorm
from refutable.derivations.statement import lt
from refutable.verify import jsonout
from refutable.verify.cli import main
from refutable.verify.glyphs import ascii_text
from refutable.verify.judge import Options
from refutable.verify.listing import print_claims
from refutable.verify.loader import load_papers
from refutable.verify.running import run
from refutable.verify.selection import groups, select, with_assumed
from refutable.verify.transport import pack, unpack
from refutable.verify.verdict import Repair, Verdict
from tests.cli.stubs import full, judge, make
from tests.processes import FS, m, n, p


def several():
    part = {"s1": lt(0, n), "s2": {"statement": lt(0, n), "assumes": ["s1"]}}
    out = []
    for paper, top in (("alpha2024", "a.thm1"), ("alpha2024", "a.thm1.proof"), ("beta2025", "b.x")):
        out += claim(top, lt(0, n), "bound", domain={n: Integers(1)}, paper=paper, parts=part)
    return out


def ids(claims):
    return [c.id for c in claims]


def test_a_claim_brings_its_parts_and_not_its_neighbours():
    assert ids(select(several(), ids=["a.thm1"])) == ["a.thm1", "a.thm1.s1", "a.thm1.s2"]
    assert ids(select(several(), ids=["*.s2"], papers=["beta"])) == ["b.x.s2"]
    with pytest.raises(NoClaim, match=r"did you mean a\.thm1"):
        select(several(), ids=["a.thm"])
    with pytest.raises(NoClaim, match="nothing fits all"):
        select(several(), ids=["b.x"], papers=["alpha2024"])


def test_an_assumed_link_is_judged_too():
    claims = several()
    assert ids(with_assumed(select(claims, ids=["b.x.s2"]), claims)) == ["b.x.s1", "b.x.s2"]


def test_groups_hold_what_belongs_together():
    assert [ids(g) for g in groups(several())] == [
        ["a.thm1", "a.thm1.s1", "a.thm1.s2"],
        ["a.thm1.proof", "a.thm1.proof.s1", "a.thm1.proof.s2"],
        ["b.x", "b.x.s1", "b.x.s2"],
    ]


def test_assumed_links_are_seen_but_not_reported():
    seen = {}

    def watch(c, options, done):
        seen[c.id] = sorted(done)
        return Verdict(c, "proved", "")

    claims = several()
    out = run(select(claims, ids=["b.x.s2"]), claims, Options(), judge=watch)
    assert [v.claim.id for v in out.verdicts] == ["b.x.s2"]
    assert seen == {"b.x.s1": [], "b.x.s2": ["b.x.s1"]}


def test_engines_that_contradict_each_other_are_an_internal_error():
    def contradict(c, options, done):
        raise Contradiction(f"{c.id}: one says 1, another 2")

    out = run([make()], [make()], Options(), judge=contradict)
    assert out.verdicts[0].verdict == "undecided"
    assert "claim t.one: internal error: engines contradict each other: one says 1" in out.errors[0]


def test_a_verdict_survives_the_way_between_processes():
    v = full()
    f = sp.Function("f")
    v.repair = Repair(lt(f(n), n), "why", f(n) - n, "proved")
    v.derived = {"x": sp.Lambda(n, f(n)), "y": FS.model(n)}
    v.counterexample.values = {n: sp.Integer(2), f: sp.Lambda(n, 1)}
    (back,) = unpack(pack([v]), {"t.full": v.claim})
    assert back == v
    assert back.claim is v.claim
    assert back.repair.statement.lhs.func == f


def test_a_closure_in_a_verdict_is_dropped():
    v = judge(make("t.proved"), None, {})
    v.slack = {"f": lambda: 1}
    (back,) = unpack(pack([v]), {"t.proved": v.claim})
    assert back.slack == {"f": None}


CLAIMS = """from refutable import *
n = Symbol("n")
f = Function("f")
for k in range(3):
    claim(f"r.{k}", eq(f(n + 1), f(n) + 1 - k * n), "identity", domain={n: Integers(1)},
          quantities={f: Lambda(n, n)}, parts={"s1": lt(f(n), 1 + k)})
"""


def document(folder, *options):
    (folder / "claim_r.py").write_text(CLAIMS)
    target = folder / "out.json"
    command = ["verify", str(folder / "claim_r.py"), "--fast", "--json", str(target)]
    assert main([*command, *options]) == 1
    data = json.loads(target.read_text())
    for c in data["claims"]:
        for e in c["evidence"]:
            e.pop("seconds")
    return data


@pytest.mark.slow
def test_the_file_is_the_same_whatever_the_number_of_workers(tmp_path):
    one = document(tmp_path, "--jobs", "1")
    assert one["summary"]["refuted"] == 6
    assert one == document(tmp_path, "--jobs", "2")
    assert one == document(tmp_path, "--executor", "serial")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs POSIX processes")
def test_workers_end_when_the_time_is_over(tmp_path):
    (tmp_path / "claim_r.py").write_text(CLAIMS)
    code = main(["verify", str(tmp_path), "--fast", "--jobs", "2", "--max-seconds", "0.1"])
    assert code == 1


def test_messages_name_quantities_as_the_claim_does():
    q = Mean(SqNorm(FS.model(m)))
    c = claim("t.q", lt(q, 1), "bound", domain={m: Integers(1), n: Integers(1), p: Simplex()})[0]

    def say(c, options, done):
        return Verdict(c, "undecided", f"no certificate for {c.statement}, nor for {q}")

    (v,) = run([c], [c], Options(), judge=say).verdicts
    assert v.reason == "no certificate for E‖p⁽ᵐ⁾‖² < 1, nor for E‖p⁽ᵐ⁾‖²"


def test_every_claim_of_the_papers_can_be_written_in_every_way():
    for c in load_papers():
        page = io.StringIO()
        print_claims([c], Console(file=page, width=80))
        assert c.id in page.getvalue()
        assert json.loads(jsonout.dumps([Verdict(c, "undecided", "")], 0))
        ascii_text(page.getvalue()).encode("ascii")
