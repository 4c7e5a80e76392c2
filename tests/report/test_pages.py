"""The report of a false bound, a true one and a claim whose texts are full of markup."""

import itertools
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

from refutable.verify.cli import main
from refutable.verify.outfolder import MARK

FILE = '''"""A <b>file</b> & its 'title': more."""
from refutable import *

m, n, p = symbols("m n p")
S, S0 = Function("S"), Symbol("S_0")
loop = Process("loop", Categorical(p), Pool([Draw(Model(), n)]), index=m)
common = dict(
    domain={m: Integers(1), n: Integers(1), p: Simplex()},
    quantities={S: Lambda(m, mean(SqNorm(loop.model(m)))), S0: SqNorm(loop.truth)},
)
claim("t.false", eq(S(m), 1 - (1 + 1 / n) ** m * (1 - S0)), "closed form",
      locator="eq. (1) <script>alert(1)</script>", note='"quoted" <img src=x>', **common)
claim("t.bound", le(S(m), 1), "bound", locator="eq. (2)", **common)
claim("t.BOUND", le(S0, S(m)), "bound", paper="<i>paper</i>", locator="eq. (3)", **common)
claim("t.words", Prose("models <em>collapse</em> & die"), "prose", locator="Section 1")
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The claim file and its report, judged once."""
    where = tmp_path_factory.mktemp("report")
    file = where / "claim_t.py"
    file.write_text(FILE)
    options = ["--file", str(file), "--fast", "--jobs", "1"]
    assert main(["report", *options, "-o", str(where / "judged")]) == 0
    verdicts = shutil.copy(where / "judged" / "verdicts.json", where / "v.json")
    assert main(["report", *options, "--from", str(verdicts), "-o", str(where / "read")]) == 0
    return where


@pytest.fixture(scope="module", params=["judged", "read"])
def site(folder, request):
    """The report of a new run, and the one made from a verdict file."""
    return folder / request.param


def pages(site):
    return sorted(site.rglob("*.html"))


def tree(path):
    """The page read by a strict parser: it raises where a tag is left open."""
    return ElementTree.fromstring(path.read_text(encoding="utf-8").partition("\n")[2])


def local(tag):
    return tag.rpartition("}")[2]


def test_every_claim_has_a_page_and_a_row(site):
    ids = [c["id"] for c in json.loads((site / "verdicts.json").read_text())["claims"]]
    assert ids == ["t.false", "t.bound", "t.BOUND", "t.words"]
    files = {p.name for p in (site / "claims").iterdir()}
    assert files == {"t.false.html", "t.bound.html", "t.BOUND-2.html", "t.words.html"}
    rows = tree(site / "index.html").findall(".//table[@class='claims']/tbody/tr")
    assert sorted("".join(r.find(".//a").itertext()) for r in rows) == sorted(ids)


def test_pages_are_well_formed_and_ids_are_unique(site):
    for path in pages(site):
        root = tree(path)
        ids = [e.get("id") for e in root.iter() if e.get("id")]
        assert len(ids) == len(set(ids)), path
        HTMLParser().feed(path.read_text(encoding="utf-8"))


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_afar(site):
    for path in pages(site):
        for e in tree(path).iter():
            for name, value in e.attrib.items():
                if local(name) not in ("href", "src", "data", "action", "srcset", "poster"):
                    continue
                parts = urlsplit(value)
                if value == "data:,":  # an empty icon, so that none is asked for
                    continue
                assert (parts.scheme, parts.netloc) == ("", ""), value
                target = path.parent / unquote(parts.path) if parts.path else path
                assert target.is_file(), value
                if parts.fragment:
                    assert f'id="{parts.fragment}"' in target.read_text(), value


def test_styles_and_scripts_load_nothing(site):
    for name in ("report.css", "report.js"):
        text = (site / name).read_text()
        assert not re.search(r"https?:|url\(|@import|fetch\(|XMLHttp", text)


def test_texts_of_a_claim_are_text(site):
    for path in pages(site):
        tags = {local(e.tag) for e in tree(path).iter()}
        assert not tags & {"b", "i", "em", "img"}, path
        assert [e.get("src") for e in tree(path).iter() if local(e.tag) == "script"] in (
            ["report.js"], ["../report.js"],
        )  # fmt: skip
    page = (site / "claims" / "t.false.html").read_text()
    assert "eq. (1) &lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_false_claim_shows_its_counterexample_and_correction(site):
    page = "".join(tree(site / "claims" / "t.false.html").find(".//main").itertext())
    record = json.loads((site / "verdicts.json").read_text())["claims"][0]
    assert record["verdict"] == "refuted"
    x = record["counterexample"]
    at = f"m = {x['at']['m']}, n = {x['at']['n']}, p = ({', '.join(x['at']['p'])})"
    for text in (at, x["lhs"], x["rhs"], "By hand", "Correction (proved)", "Printed minus true"):
        assert text in page
    errata = "".join(tree(site / "errata.html").find(".//main").itertext())
    assert at in errata
    assert "t.false" in errata
    assert "t.bound" not in errata.partition("Consequences")[0]


def test_formulas_and_plots_have_a_text_and_letters_that_are_there(site):
    for path in pages(site):
        root = tree(path)
        ids = {e.get("id") for e in root.iter()}
        for e in root.iter():
            if e.get("role") == "img":
                assert e.get("aria-label"), path
            if local(e.tag) == "use":
                target = next(v for k, v in e.attrib.items() if local(k) == "href")
                assert target.removeprefix("#") in ids, path
    plots = [p for p in pages(site) if 'class="plot"' in p.read_text()]
    assert [p.name for p in plots] == ["t.BOUND-2.html", "t.bound.html", "t.false.html"]


def test_tables_and_inputs_are_labelled(site):
    for path in pages(site):
        root = tree(path)
        assert len(root.findall(".//h1")) == 1
        assert root.find("body")[0].get("href") == "#main"  # the skip link comes first
        levels = [int(e.tag[1]) for e in root.iter() if re.fullmatch("h[1-6]", str(e.tag))]
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels)), path
        for t in root.iter("table"):
            assert t.findtext("caption")
            assert all(th.get("scope") for th in t.iter("th"))
        labelled = {x for label in root.iter("label") for x in label.iter()}
        for tag in ("input", "select"):
            assert all(x in labelled for x in root.iter(tag))


def test_the_same_verdicts_give_the_same_bytes(folder, tmp_path):
    options = ["--file", str(folder / "claim_t.py"), "--fast", "--from", str(folder / "v.json")]
    assert main(["report", *options, "-o", str(tmp_path / "again")]) == 0
    for path in (p for p in (folder / "read").rglob("*") if p.is_file()):
        other = tmp_path / "again" / path.relative_to(folder / "read")
        assert path.read_bytes() == other.read_bytes()


# -- what is refused -------------------------------------------------------------------------------


def report(folder, *options):
    return main(["report", "--file", str(folder / "claim_t.py"), "--fast", *map(str, options)])


def test_a_folder_of_somebody_else_is_left_alone(folder, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert report(folder, "--from", folder / "v.json", "-o", tmp_path) == 2
    assert "holds files that no report wrote" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_an_old_report_is_replaced_as_a_whole(folder, tmp_path):
    old = tmp_path / "r"
    (old / "claims").mkdir(parents=True)
    (old / MARK).write_text("")
    (old / "claims" / "gone.html").write_text("")
    assert report(folder, "--from", folder / "v.json", "--claim", "t.words", "-o", old) == 0
    assert [p.name for p in (old / "claims").iterdir()] == ["t.words.html"]
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        (lambda d: d["claims"][1].update(statement="x"), 2, "not the one that is loaded now"),
        (lambda d: d["claims"][1].update(verdict="fine"), 2, "is no verdict"),
        (lambda d: d["claims"][1].pop("evidence"), 2, "a field is missing"),
        (lambda d: d.update(schema="other/1"), 2, "its schema is 'other/1'"),
        (lambda d: d["claims"].pop(1), 5, "has no verdict on it"),
    ],
)
def test_a_verdict_file_that_does_not_fit_is_refused(
    folder, tmp_path, capsys, change, code, text
):
    data = json.loads((folder / "v.json").read_text())
    change(data)
    (tmp_path / "v.json").write_text(json.dumps(data))
    options = ("--from", tmp_path / "v.json", "--claim", "t.bound", "-o", tmp_path / "r")
    assert report(folder, *options) == code
    assert text in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


# -- in a browser, where there is one --------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def browse(page, profile, *options):
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
        f"--user-data-dir={profile}", *options, page.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
def test_a_browser_sorts_filters_and_complains_of_nothing(folder, tmp_path):
    done = browse(folder / "judged" / "index.html", tmp_path, "--dump-dom")
    assert ":CONSOLE(" not in done.stderr
    assert done.stdout.count('aria-sort="none"') == 5 * done.stdout.count('class="claims"')
    assert "4 of 4 claims" in done.stdout
    done = browse(folder / "judged" / "claims" / "t.false.html", tmp_path, "--dump-dom")
    assert ":CONSOLE(" not in done.stderr


TRY = """
const table = [...document.querySelectorAll("table.claims")].sort(
  (a, b) => b.tBodies[0].rows.length - a.tBodies[0].rows.length)[0];
table.querySelector("button").click();
table.querySelector("button").click();
document.getElementById("f-verdict").value = "refuted";
document.getElementById("filters").dispatchEvent(new Event("input"));
"""


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
def test_a_click_sorts_and_a_choice_filters(folder, tmp_path):
    site = shutil.copytree(folder / "judged", tmp_path / "site")
    (site / "try.js").write_text(TRY)
    page = site / "index.html"
    page.write_text(page.read_text().replace("</head>", '<script src="try.js" defer=""></script></head>'))
    done = browse(page, tmp_path / "profile", "--dump-dom")
    assert ":CONSOLE(" not in done.stderr
    assert done.stdout.count('aria-sort="descending"') == 1
    assert "1 of 4 claims" in done.stdout
    order = [done.stdout.index(f"claims/t.{id}.html") for id in ("words", "false", "bound")]
    assert order == sorted(order)
