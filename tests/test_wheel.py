"""The wheel works for a user whose own project has a `verify/` and a `gpt.py`."""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

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
