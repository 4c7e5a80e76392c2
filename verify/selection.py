"""Which claims are judged: by paper, by id, and what they need."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase

from refutable.derivations.claim import Claim
from refutable.derivations.errors import NoClaim

from .loader import LEMMAS

__all__ = ["groups", "select", "with_assumed"]


def select(
    claims: Sequence[Claim], papers: Sequence[str] = (), ids: Sequence[str] = ()
) -> list[Claim]:
    """The claims of these papers and with these ids, in their order; without any, all but the lemmas.

    A paper may be named by its beginning (`seddik`), an id by a pattern (`gerst.thm1*`); a claim
    brings its parts along. Raises NoClaim where a name fits nothing.
    """
    chosen = list(claims)
    if not ids and not papers:  # the lemmas come only where they are asked for
        chosen = [c for c in claims if c.paper != LEMMAS] or chosen
    for name, known, fits in (
        ("paper", {c.paper for c in claims if c.paper}, _paper_fits),
        ("claim", {c.id for c in claims}, _id_fits),
    ):
        wanted = list(papers if name == "paper" else ids)
        for w in wanted:
            if not any(fits(c, w) for c in claims):
                raise NoClaim(_unknown(name, w, known))
        if wanted:
            chosen = [c for c in chosen if any(fits(c, w) for w in wanted)]
    if not chosen:
        raise NoClaim("judge claims; nothing fits all that was asked; name fewer conditions")
    return chosen


def _paper_fits(c: Claim, wanted: str) -> bool:
    return bool(c.paper) and c.paper.startswith(wanted)


def _id_fits(c: Claim, wanted: str) -> bool:
    return wanted in (c.id, c.parent) or fnmatchcase(c.id, wanted)


def _unknown(what: str, wanted: str, known: set[str]) -> str:
    near = difflib.get_close_matches(wanted, sorted(known), 3, 0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`refutable list` names all"
    return f"find the {what} {wanted}; there is none of that name; {hint}"


def with_assumed(chosen: Sequence[Claim], claims: Sequence[Claim]) -> list[Claim]:
    """The chosen claims and the earlier links that they assume, in the order of `claims`."""
    known = {c.id: c for c in claims}
    wanted: set[str] = set()
    todo = [c.id for c in chosen]
    while todo:
        id = todo.pop()
        if id in known and id not in wanted:
            wanted.add(id)
            todo += known[id].assumes
    return [c for c in claims if c.id in wanted]


def groups(claims: Sequence[Claim]) -> list[list[Claim]]:
    """The claims in groups that can be judged apart: parts and assumed links stay together."""
    leader = {c.id: c.id for c in claims}

    def find(id: str) -> str:
        while leader[id] != id:
            id = leader[id]
        return id

    for c in claims:
        for other in (c.parent, *c.assumes):
            if other in leader:
                a, b = sorted((find(c.id), find(other)))
                leader[b] = a
    out: dict[str, list[Claim]] = {}
    for c in claims:
        out.setdefault(find(c.id), []).append(c)
    return list(out.values())
