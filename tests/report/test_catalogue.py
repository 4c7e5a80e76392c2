"""A page for every claim of the papers, whatever its kind; nothing is judged, drawn or derived."""

from xml.etree import ElementTree

from refutable.verify import jsonout
from refutable.verify.loader import load_papers
from refutable.verify.report import formulas
from refutable.verify.report.entry import Entry, Material
from refutable.verify.report.site import site_files
from refutable.verify.verdict import Verdict


def test_every_claim_of_the_papers_has_a_page(monkeypatch):
    monkeypatch.setattr(formulas, "_draw", lambda latex: None)  # then formulas are text
    verdicts = [Verdict(c, "undecided", "not judged") for c in load_papers()]
    document = jsonout.document(verdicts, 0)
    pairs = zip(verdicts, document["claims"], strict=True)
    files = site_files(Material([Entry(v, r) for v, r in pairs], document), plots=False)
    pages = {name: text for name, text in files.items() if name.endswith(".html")}
    assert len(pages) == len(verdicts) + 2
    for name, text in pages.items():
        root = ElementTree.fromstring(text.partition("\n")[2])
        assert root.find(".//h1") is not None, name
    assert all(v.claim.id in "".join(pages) for v in verdicts)
