"""The wheel works for a user whose own project has a `verify/` and a `gpt.py`."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.sarifrules import faults

ROOT = Path(__file__).resolve().parent.parent
TABLE = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-dir"]
PARTS = [folder for folder in TABLE.values() if folder != "refutable"]
BUILD = "import sys, setuptools.build_meta as b; print(getattr(b, sys.argv[1])(sys.argv[2]))"
PURELIB = "import sysconfig; print(sysconfig.get_path('purelib'))"


def call(*command, cwd):
    """Standard output of a command that must succeed, in a shell that knows nothing of this one."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV_", "PYTEST_"))}
    done = subprocess.run(
        [str(c) for c in command], cwd=cwd, env=keep, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from an sdist built from a checkout whose links are text files."""
    base = tmp_path_factory.mktemp("build")
    checkout = base / "checkout"
    ignored = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "tests")
    shutil.copytree(ROOT, checkout, symlinks=True, ignore=ignored)
    for part in PARTS:
        link = checkout / "refutable" / part
        link.unlink()
        link.write_text(f"../{part}")
    name = call(sys.executable, "-c", BUILD, "build_sdist", base, cwd=checkout).split()[-1]
    with tarfile.open(base / name) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # absent before 3.11.4
        archive.extractall(base / "sdist")
    (source,) = (base / "sdist").iterdir()
    name = call(sys.executable, "-c", BUILD, "build_wheel", base, cwd=source).split()[-1]
    return base / name


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """The folder of commands of a fresh environment: the wheel, and the lock's packages on loan."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run)
    base = tmp_path_factory.mktemp("environment") / "venv"
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(base)
    commands = base / ("Scripts" if os.name == "nt" else "bin")
    clean = {k: v for k, v in os.environ.items() if k not in run.MISLEADING}
    installer, problem = run.find_installer(clean, into=str(commands / "python"))
    if installer is None:
        pytest.skip(problem)
    assert run.install(installer, ["--no-deps", "--no-index", str(wheel)], clean) is None
    purelib = call(commands / "python", "-c", PURELIB, cwd=base).strip()
    loan = Path(purelib) / "loan.pth"  # a folder named here runs no .pth file of its own
    loan.write_text(sysconfig.get_path("purelib") + "\n")
    return commands


@pytest.fixture
def consumer(tmp_path):
    """A user's project with the names of our top-level folders."""
    for name in ("verify", "derivations"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("mine = True\n")
    for name in ("gpt", "montecarlo", "run"):
        (tmp_path / f"{name}.py").write_text("mine = True\n")
    (tmp_path / "test_mine.py").write_text(
        "import derivations, gpt, montecarlo, verify\n"
        "import refutable.derivations, refutable.montecarlo, refutable.verify\n"
        "def test_both():\n"
        "    assert derivations.mine and gpt.mine and montecarlo.mine and verify.mine\n"
    )
    return tmp_path


def test_wheel_holds_the_tree_and_nothing_else(wheel):
    expected = set()
    for package, folder in TABLE.items():
        inner = Path(*package.split("."))
        for path in (ROOT / folder).rglob("*.py"):  # rglob does not follow links
            expected.add((inner / path.relative_to(ROOT / folder)).as_posix())
    with zipfile.ZipFile(wheel) as archive:
        names = {n for n in archive.namelist() if ".dist-info/" not in n}
    assert {n for n in names if n.endswith(".py")} == expected
    rest = {n for n in names if not n.endswith(".py")}
    assert "refutable/py.typed" in rest
    assert ("refutable/baseline.json" in rest) == (ROOT / "refutable" / "baseline.json").exists()


def test_a_consumer_keeps_its_own_modules(environment, consumer):
    code = "import verify, gpt, refutable.verify; print(refutable.__file__); assert gpt.mine"
    where = call(environment / "python", "-c", code, cwd=consumer)
    assert str(environment.parent) in where
    done = call(environment / "python", "-m", "pytest", "-q", cwd=consumer)
    assert "1 passed" in done


@pytest.mark.skipif(not (ROOT / "verify" / "cli.py").exists(), reason="no command line yet")
def test_the_command_works_beside_a_consumers_modules(environment, consumer):
    version = call(environment / "refutable", "--version", cwd=consumer)
    assert version.strip().endswith(importlib.import_module("refutable").__version__)
    for command in ([environment / "refutable"], [environment / "python", "-m", "refutable"]):
        listed = call(*command, "list", cwd=consumer)
        assert "seddik" in listed


# -- the ways into a user's CI ---------------------------------------------------------------------

FALSE = "(1 - 1 / n) ** (t - 1)"


@pytest.fixture(scope="module")
def claims(tmp_path_factory):
    """A user's project: the claim of the documentation, and one that is false by an index."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("verify", "montecarlo"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise ImportError('not yours')\n")
    (folder / "gpt.py").write_text("raise ImportError('not yours')\n")
    (folder / "claims").mkdir()
    page = (ROOT / "docs" / "claims.md").read_text()
    text = page.partition("```python\n")[2].partition("```")[0]
    (folder / "claims" / "claim_mine.py").write_text(text)
    wrong = text.replace("(1 - 1 / n) ** t", FALSE).replace("mine.", "slip.")
    assert wrong.count(FALSE) == 1
    (folder / "claims" / "claim_slip.py").write_text(wrong)
    (folder / "claim_broken.py").write_text("import refutable\n1 +\n")
    (folder / "claim_empty.py").write_text("import refutable\n")
    return folder


def code_of(*command, cwd, **environment):
    """(exit code, stdout, stderr) in a shell that knows nothing of this one."""
    keep = ("PYTHON", "COV_", "PYTEST_", "GITHUB_")
    known = {k: v for k, v in os.environ.items() if not k.startswith(keep)}
    done = subprocess.run(
        [str(c) for c in command],
        cwd=cwd,
        env={**known, **environment},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


QUICK = ("--fast", "--no-progress", "--jobs", "1")


@pytest.mark.slow
def test_the_command_keeps_its_contract_in_a_users_project(environment, claims):
    verify = (environment / "refutable", "verify", *QUICK)
    code, out, err = code_of(*verify, "claims/claim_mine.py", cwd=claims)
    assert (code, err) == (0, "")
    assert "1 claim: 1 proved" in out
    files = ("--junit", "j.xml", "--sarif", "s.sarif", "--json", "v.json")
    code, out, err = code_of(*verify, "claims", *files, cwd=claims)
    assert (code, err) == (1, "")
    assert "false at t = 1, n = 1, p = (1/2, 1/2): left side 1, right side 1/2, stated =" in out
    assert faults(json.loads((claims / "s.sarif").read_text())) == []
    assert ET.parse(claims / "j.xml").getroot().get("failures") == "1"
    assert json.loads((claims / "v.json").read_text())["summary"]["refuted"] == 1
    for path, expected in (("claim_broken.py", 2), ("none.py", 4), ("claim_empty.py", 5)):
        code, out, err = code_of(*verify, path, cwd=claims)
        assert (code, out, err.count("\n")) == (expected, "", 1)


@pytest.mark.slow
def test_pytest_collects_a_users_claims(environment, claims):
    pytest_ = (environment / "python", "-m", "pytest", "-v", "-p", "no:cacheprovider")
    options = ("--refutable-fast", "--junitxml", "p.xml", "claims")
    code, out, _ = code_of(*pytest_, *options, cwd=claims)
    assert code == 1
    for node, word in (
        ("claim_mine.py::mine.collapse", "PASSED"),
        ("claim_slip.py::slip.collapse", "FAILED"),
    ):
        for item in ("verdict", "symbolic", "exact"):
            assert f"claims/{node}::{item} {word}" in out
    assert "claims/claim_slip.py:8: claim slip.collapse: refuted: false at t = 1, n = 1" in out
    properties = ET.parse(claims / "p.xml").iter("property")
    assert ("verdict", "refuted") in {(p.get("name"), p.get("value")) for p in properties}


@pytest.mark.slow
def test_the_hook_of_pre_commit_judges_the_files_it_is_given(environment, claims):
    hook = dict(
        re.findall(r"^[- ] (\w+): (.*)$", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.M)
    )
    entry = hook["entry"].split()
    assert (entry[0], hook["language"]) == ("refutable", "python")
    files = re.compile(hook["files"])
    assert [bool(files.search(f)) for f in ("a/claim_x.py", "claim_x.py", "disclaim_x.py", "claim_x.txt")] == [
        True, True, False, False,
    ]  # fmt: skip
    for name, expected in (("mine", 0), ("slip", 1)):
        path = f"claims/claim_{name}.py"
        assert code_of(environment / entry[0], *entry[1:], path, cwd=claims)[0] == expected


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs bash")
def test_the_action_judges_annotates_and_tells_its_exit_code(environment, claims):
    action = (ROOT / "action.yml").read_text()
    given = set(re.findall(r"^        (REFUTABLE_\w+):", action, re.M))
    used = set(re.findall(r"\bREFUTABLE_\w+", (ROOT / ".ci" / "action").read_text()))
    inputs = set(re.findall(r"\$\{\{ inputs\.(\w+) \}\}", action))
    assert given == used
    assert inputs == set(re.findall(r"^  (\w+):$", action.partition("outputs:")[0], re.M))
    run = {
        "REFUTABLE_PYTHON": str(environment / "python"),
        "REFUTABLE_INSTALL": "false",
        "REFUTABLE_ARGUMENTS": "\n".join(QUICK),
        "REFUTABLE_SARIF": "a file.sarif",
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(claims / "output"),
        "GITHUB_STEP_SUMMARY": str(claims / "summary.md"),
    }
    script = ("bash", ROOT / ".ci" / "action")
    code, _, err = code_of(*script, cwd=claims, REFUTABLE_PATHS="claims", **run)
    assert code == 1
    assert err.startswith(
        "::error file=claims/claim_slip.py,line=8,title=slip.collapse is refuted::"
    )
    assert (claims / "output").read_text() == "exit-code=1\nsarif=a file.sarif\n"
    assert "| `slip.collapse` | refuted | false at" in (claims / "summary.md").read_text()
    code, _, err = code_of(*script, cwd=claims, REFUTABLE_PATHS="no such folder", **run)
    assert (code, "no such folder" in err) == (4, True)
