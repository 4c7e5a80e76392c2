"""The mutation table: how many wrong versions of each claim were tried and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from .page import Page
from .verdict import Verdict

__all__ = ["print_mutants"]

FATES = ("killed", "equivalent", "implied", "true")


def print_mutants(verdicts: Sequence[Verdict], out: Console) -> None:
    """A line of counts per claim; every mutant in full where few claims were asked for."""
    page = Page(out)
    judged = [v for v in verdicts if v.mutants is not None]
    head = ("claim", "total", *FATES, "undetected")
    rows = [
        (v.claim.id, *(str(getattr(v.mutants, f)) for f in ("total", *FATES)), _missed(v))
        for v in judged
    ]
    if rows:
        page.rows([head, *rows], indent=0)
    few = len(judged) <= 3
    for v in judged:
        shown = [r for r in v.mutants.rows if few or r["fate"] == "undetected"]  # type: ignore[union-attr]
        if shown:
            page.heading(v.claim.id)
        for r in shown:
            page.text(f"{r['fate']}: {r['change']} [{r['rule']}]", indent=2, hang=4)
            if r["why"]:
                page.text(r["why"], indent=6, hang=4)
    skipped = len(verdicts) - len(judged)
    total = sum(v.mutants.total for v in judged if v.mutants)
    missed = sum(len(v.mutants.undetected) for v in judged if v.mutants)
    page.line()
    page.line(
        f"{total} mutants of {len(judged)} claims, {missed} undetected"
        + (f"; {skipped} claims have none" if skipped else "")
    )


def _missed(v: Verdict) -> str:
    return str(len(v.mutants.undetected)) if v.mutants else "0"
