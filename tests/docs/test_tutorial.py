"""The tutorial, followed to the letter: what it shows is what comes out."""

import re
import shlex
from pathlib import Path

import pytest

from refutable.verify.cli import main

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def commands(code):
    """The arguments of `refutable` in a block of commands."""
    return [shlex.split(line)[2:] for line in code.splitlines()]


@pytest.mark.slow
def test_every_step_prints_what_the_page_shows(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    file, out, seen = Path("claim_mine.py"), "", []
    for language, code in BLOCKS:
        if language == "python":
            write(file, code)
            out = ""
        elif language == "":
            for words in commands(code):
                seen.append(words[0])
                if words[0] in ("audit", "report"):
                    quick = ["--fast", "--no-plots"] if words[0] == "report" else []
                    main([*words, *quick, "--jobs", "1"])
                    out = capsys.readouterr().out
        elif "S(t+1)" not in code:  # the formula in plain text
            if not out:  # "and audit again"
                main(["audit", str(file), "--jobs", "1"])
                out = capsys.readouterr().out
            at = -1
            for line in filter(None, code.splitlines()):
                words = re.escape(line.strip()).replace(r"\ ", r"\s+")
                found = re.compile(words).search(out, at + 1)
                assert found, f"{line!r} is not in what is printed after it"
                at = found.start()
    assert seen == ["--help", "list", "audit", "audit", "report"]
    assert (tmp_path / "report" / "claims" / "mine.survives.html").exists()


def write(file, code):
    """A block that begins a file, a new line for its formula, or a claim more."""
    if code.startswith('"""'):
        file.write_text(code)
    elif code.startswith("    eq("):
        text = re.sub(r"    eq\(.*\n", lambda _: code, file.read_text(), count=1)
        assert text != file.read_text()
        file.write_text(text)
    else:
        file.write_text(file.read_text() + "\n\n" + code)


@pytest.mark.slow
def test_the_last_hypotheses_are_enough(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    python = [code for language, code in BLOCKS if language == "python"]
    changed = python[2].replace("n: Integers(1)", "n: Integers(2)")
    changed = changed.replace("Reals(0, 1)", "Reals(0, 1, lo_open=True)")
    assert changed != python[2]
    Path("claim_mine.py").write_text(python[0] + "\n\n" + changed)
    assert main(["audit", "claim_mine.py", "--claim", "mine.survives", "--fast"]) == 0


def test_links_between_pages_lead_to_files():
    for page in [*DOCS.glob("*.md"), DOCS.parent / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_page_is_in_the_index():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    trees = "\n".join(re.findall(r"```\{toctree\}(.*?)```", index, re.DOTALL))
    listed = set(re.findall(r"^[\w-]+$", trees, re.MULTILINE))
    assert listed == {p.stem for p in DOCS.glob("*.md")} - {"index"}
