"""Tables and pages in wide, narrow and absent terminals, with words chosen by the test."""

import io

import pytest
from rich.console import Console

from refutable.verify.mutanttable import print_mutants
from refutable.verify.show import print_verdicts
from refutable.verify.table import console, print_tables, summary_line
from refutable.verify.verdict import Verdict
from tests.cli.stubs import full, judge, make

LONG = "a reason of many words that goes on until no line of a terminal holds it " * 3


def verdicts():
    words = ("proved", "refuted", "supported", "undecided", "out of scope")
    out = [judge(make(f"t.{w.replace(' ', '_')}"), None, {}) for w in words]
    out[1].reason = LONG
    return out


def terminal(width, encoding="utf-8"):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    return Console(file=file, width=width, force_terminal=True, no_color=True, color_system=None,
                   markup=False, emoji=False, highlight=False)  # fmt: skip


def text(out):
    out.file.flush()
    return out.file.buffer.getvalue().decode(out.file.encoding)


@pytest.mark.parametrize("width", [200, 110, 90, 79, 60, 50, 30, 20])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(width):
    out = terminal(width)
    print_tables(verdicts(), out)
    lines = text(out).splitlines()
    assert max(map(len, lines)) <= width
    letters = "".join(c for line in lines for c in line if c.isalpha())
    for v in verdicts():
        assert v.verdict.replace(" ", "") in letters
    shown = [w for w in LONG.split() if any(w in line for line in lines)]
    assert len(shown) == len(LONG.split())


def test_a_pipe_gets_one_line_per_claim(capsys):
    print_tables(verdicts(), console())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert lines[2].split(None, 3)[3] == " ".join(LONG.split())


def test_markup_in_a_reason_is_only_text(capsys):
    v = Verdict(make("t.x"), "refuted", "[bold]x[/bold] [red] :smile:")
    print_tables([v], console())
    assert "[bold]x[/bold] [red] :smile:" in capsys.readouterr().out


def test_the_summary_counts_words_and_undetected_mutants():
    assert summary_line([full(), *verdicts()]) == (
        "6 claims: 1 proved, 2 refuted, 1 supported, 1 undecided, 1 out of scope;"
        " 1 mutant undetected"
    )


def test_a_page_tells_everything(capsys):
    print_verdicts([full()], console())
    page = capsys.readouterr().out
    for part in (
        "t.full: refuted (the formula)",
        "Stated\n    0 < n\n",
        "n ∈ {1, 2, …}",
        "n = 2, p = (1/2, 1/2)",
        "left side  25/32",
        "stated     173/224",
        "confirmed by the symbolic engine",
        "p⁽²⁾ = (1, 0) with probability 1/4",
        "Correction (proved)\n    1 ≤ n",
        "printed minus true\n    n − 1",
        "interval [0.1, 0.2]; would have seen a deviation of 0.01",
        "n = 1  holds",
        "lemma.toeplitz",
        "3 tried: 1 killed, 1 equivalent, 1 undetected",
        "read as “reused”: proved",
    ):
        assert part in page, part
    assert "\x1b" not in page


def test_a_page_in_ascii():
    out = terminal(80, "ascii")
    print_verdicts([full()], out)
    page = text(out)
    assert "n in {1, 2, ...}" in page
    assert "1 <= n" in page
    assert "?" not in page


def test_a_page_of_a_parent_lists_its_parts(capsys):
    from refutable.derivations.claim import claim
    from refutable.derivations.domain import Integers
    from refutable.derivations.statement import Parts, le, lt
    from tests.cli.stubs import n

    claims = claim("t.top", Parts(), "bound", domain={n: Integers(1)},
                   parts={"s1": lt(0, n), "s2": le(2, n)})  # fmt: skip
    words = ("refuted", "proved", "refuted")
    print_verdicts([Verdict(c, w, "why") for c, w in zip(claims, words, strict=True)], console())
    page = capsys.readouterr().out
    assert "all of its parts" in page
    assert "s1  proved   0 < n" in page
    assert "t.top.s2: refuted" in page
    assert "t.top.s1: proved" not in page  # its line says enough


def test_the_table_of_mutants(capsys):
    print_mutants([full(), *verdicts()], console())
    out = capsys.readouterr().out
    assert out.splitlines()[1].split() == ["t.full", "3", "1", "1", "0", "0", "1"]
    assert "3 mutants of 1 claims, 1 undetected; 5 claims have none" in out


def test_long_vectors_and_numbers_are_told_shortly():
    from refutable.verify.evidence import _short
    from refutable.verify.exacttext import instance_text

    vector = ["3/4", *["1/256"] * 64]
    assert instance_text({"n": "2", "p": vector}) == "n = 2, p = (3/4, 1/256 × 64)"
    assert instance_text({"p": ["1/2", "1/2"]}) == "p = (1/2, 1/2)"
    assert _short("1/3") == "1/3"
    assert _short(f"{10**30}/{3 * 10**30}") == "≈ 0.333333"
    assert _short("sqrt(2)" * 9).endswith("…")
