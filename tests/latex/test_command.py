"""The commands: `refutable check-tex`, and the scaffold of `refutable audit --latex`."""

from __future__ import annotations

import json

import pytest

from refutable.verify.cli import main
from refutable.verify.latex.cli import run_scaffold

CLAIM_FILE = """
from refutable import *
n, x = symbols("n x")
claim("bound", le(x, 1 - 1/n), "bound", domain={n: Integers(1), x: Reals(0, 1)})
"""


@pytest.fixture
def command(tmp_path, capsys):
    """Runs `refutable check-tex` on a paper; (exit code, stdout, stderr)."""
    (tmp_path / "claim_file.py").write_text(CLAIM_FILE)

    def run(text, *options):
        paper = tmp_path / "paper.tex"
        paper.write_text(text)
        code = main(["check-tex", str(paper), "--file", str(tmp_path / "claim_file.py"), *options])
        return code, *capsys.readouterr()

    return run


def test_command_says_same(command):
    code, out, err = command("% claim: bound\n\\[ x \\le \\frac{n-1}{n} \\]")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "1 same"


def test_command_shows_both_sides(command):
    code, out, _ = command("\\[ x \\le 1 + \\frac1n \\label{claim:bound} \\]")
    assert code == 1
    assert "paper.tex:1: claim bound: differs: at " in out
    assert r"paper:         x \le 1 + \frac1n" in out
    assert r"paper - claim: \frac{2}{n}" in out


def test_command_shows_the_caret(command):
    code, out, _ = command("\\[ x \\le 1/2n \\label{claim:bound} \\]")
    assert code == 1
    assert "    x \\le 1/2n\n             ^" in out


def test_command_writes_json(command, tmp_path):
    code, out, _ = command("% claim: bound, nobody\n\\[ x \\le 1 - 1/n \\]", "--json", "-")
    document = json.loads(out)
    assert code == 1
    assert document["schema"] == "refutable.checktex/1"
    assert [f["outcome"] for f in document["findings"]] == ["same", "not found"]


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (["check-tex", "nowhere.tex"], 4, "no such file"),
        (["check-tex"], 2, "required"),
        (["check-tex", "nowhere.tex", "--jsn", "x"], 2, "unrecognized"),
    ],
)
def test_wrong_usage(argv, code, words, capsys):
    assert main(argv) == code
    assert words in capsys.readouterr().err


def test_a_paper_without_ids(command):
    code, _, err = command(r"\[ x = 1 \]")
    assert code == 5
    assert "no equation carries a claim id" in err
    assert err.count("\n") == 1


def test_the_scaffold_is_printed(capsys):
    assert run_scaffold(r"x \le 1") == 0
    assert "le(x, 1)" in capsys.readouterr().out


def test_a_formula_that_is_not_read_gets_a_caret(capsys):
    assert run_scaffold("1/2n") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("refutable: read the formula; column 4: 1/2n has two readings; write ")
    assert err.endswith("\n    1/2n\n       ^\n")
