"""Every claim file in docs/claims.md loads, and comes out as the page says."""

import re
from pathlib import Path

import pytest

from refutable.verify.judge import Options, judge_one
from refutable.verify.loader import load_file

PAGE = Path(__file__).resolve().parents[2] / "docs" / "claims.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
SHARED = "from refutable import *\nfrom dataclasses import dataclass\nn, p = symbols('n p')\n"
WORDS = {"mine.collapse": "proved", "mine.powers": "supported", "mine.drift": "proved"}


@pytest.mark.parametrize("text", BLOCKS)
def test_a_block_is_what_the_page_says(tmp_path, text):
    path = tmp_path / "claim_docs.py"
    path.write_text(SHARED + text)
    claims = load_file(path)
    assert [c.id for c in claims] == re.findall(r'^    "(mine\.\w+)",', text, re.MULTILINE)
    for c in claims:
        assert judge_one(c, Options(fast=True, mutants=False)).verdict == WORDS[c.id]
