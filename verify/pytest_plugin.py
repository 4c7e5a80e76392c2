"""The pytest plugin: collects `claim_*.py` files, one item per claim and engine.

A claim file is a file of that name whose text imports `refutable`; no other file is touched. Its
items are `claims/claim_x.py::ID::verdict`, which carries the word (`proved` and `supported` pass,
`refuted` and `undecided` fail, `out of scope` is skipped with its reason), and one for each engine,
`claims/claim_x.py::ID::exact`, which carries what that engine found.

pytest imports this module at every start in every project that has `refutable` installed: nothing
heavy is imported before a claim file is collected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from refutable.derivations.claim import Claim

    from .pytest_judge import Judged

__all__ = ["ClaimFile", "ClaimItem", "ClaimNode"]

#: Engines that get items of their own; a certificate only ever confirms what another one found.
ENGINES = ("symbolic", "exact", "montecarlo")
CHOICES = ("symbolic", "exact", "certificate", "montecarlo", "transformer")
_IMPORTS = re.compile(rb"^\s*(?:from|import)\s+refutable\b", re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `refutable verify` that change what is computed."""
    group = parser.getgroup("refutable", "claims (refutable)")
    group.addoption(
        "--refutable-engine",
        action="append",
        default=[],
        choices=CHOICES,
        help="judge claims with this engine only (repeatable)",
    )
    group.addoption("--refutable-fast", action="store_true", help="judge claims without sampling")
    group.addoption(
        "--refutable-full", action="store_true", help="judge claims with transformers too"
    )
    group.addoption(
        "--refutable-seed", type=int, default=0, metavar="INT", help="root of all streams (0)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """`-m refutable`, `-m verdict`, `-m exact`, ... select items."""
    config.addinivalue_line("markers", "refutable: a claim, judged by refutable")
    config.addinivalue_line("markers", "verdict: the word on a claim")
    for name in (*CHOICES, "user"):
        config.addinivalue_line("markers", f"{name}: what this engine found about a claim")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Iterator[None]:
    """A claim file is ours alone, whatever `python_files` or `--doctest-modules` say of it."""
    outcome: Any = yield
    if _is_claim_file(file_path):
        outcome.force_result([ClaimFile.from_parent(parent, path=file_path)])


def _is_claim_file(path: Path) -> bool:
    if not (path.name.startswith("claim_") and path.suffix == ".py"):
        return False
    try:
        return bool(_IMPORTS.search(path.read_bytes()))
    except OSError:
        return False


def engines(config: pytest.Config) -> tuple[str, ...]:
    """The engines that are to be used."""
    named = config.getoption("refutable_engine")
    full = ("transformer",) if config.getoption("refutable_full") else ()
    return tuple(dict.fromkeys(named)) or (*ENGINES, *full)


class ClaimFile(pytest.File):
    """A claim file; its claims are loaded as `refutable verify` loads them, never imported."""

    def collect(self) -> Iterator[ClaimNode]:
        from .pytest_judge import Ledger, NotLoaded

        try:
            self.ledger = Ledger(self.path, self.nodeid, self.config)
        except NotLoaded as err:
            raise self.CollectError(str(err)) from None
        for claim in self.ledger.claims:
            node: ClaimNode = ClaimNode.from_parent(self, name=claim.id)
            node.claim = claim
            yield node


class ClaimNode(pytest.Collector):
    """One claim: the word on it, and what each engine found."""

    claim: Claim

    def collect(self) -> Iterator[ClaimItem]:
        from .pytest_judge import items_of

        for name in items_of(self.claim, self.config):
            yield ClaimItem.from_parent(self, name=name)


class ClaimItem(pytest.Item):
    """`verdict`, or the name of an engine. Judging happens when the first item of a claim runs."""

    parent: ClaimNode

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name in ("refutable", self.name):
            self.add_marker(name)
        if self.config.pluginmanager.hasplugin("xdist"):
            # `--dist loadgroup` keeps the items of a file together: each claim is judged once.
            self.add_marker(pytest.mark.xdist_group(self.parent.parent.nodeid))

    def runtest(self) -> None:
        judged: Judged = self.parent.parent.ledger.judge(self.parent.claim)
        self.user_properties += judged.properties(self.name)
        outcome, text = judged.outcome(self.name)
        if outcome == "skipped":
            raise pytest.skip.Exception(text, _use_item_location=True)
        if outcome == "failed":
            raise ClaimFailed(text)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, ClaimFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        line = self.parent.claim.line
        return self.path, None if line is None else line - 1, f"{self.parent.name} ({self.name})"


class ClaimFailed(Exception):
    """A claim is refuted or undecided, or an engine contradicts it."""
