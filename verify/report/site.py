"""All files of a report, and the folder that holds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files

from .claimpage import Site, claim_page
from .entry import Material
from .erratapage import errata_page
from .indexpage import index_page
from .layout import file_names

__all__ = ["site_files"]

ASSETS = ("report.css", "report.js")


def site_files(
    material: Material,
    *,
    plots: bool = True,
    sampling: bool = True,
    tick: Callable[[str], None] = lambda id: None,
) -> dict[str, str]:
    """Path within the folder -> text. The same material gives the same bytes."""
    document = material.document
    site = Site(
        material.entries,
        file_names(e.id for e in material.entries),
        f"Computed by refutable {document['version']}, seed {document['seed']}.",
        seed=int(document["seed"]),
        plots=plots,
        sampling=sampling,
    )
    out = {"index.html": index_page(site, document["summary"]), "errata.html": errata_page(site)}
    for e in site.entries:
        out[f"claims/{site.files[e.id]}"] = claim_page(e, site)
        tick(e.id)
    out["verdicts.json"] = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    assets = files(__package__) / "assets"
    out |= {name: (assets / name).read_text(encoding="utf-8") for name in ASSETS}
    return out
