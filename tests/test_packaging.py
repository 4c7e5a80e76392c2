"""What installs is what lies in the folders, and nothing of one machine gets in."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TABLE = PROJECT["tool"]["setuptools"]["package-dir"]
PACKAGES = PROJECT["tool"]["setuptools"]["packages"]
PARTS = sorted(folder for folder in TABLE.values() if folder != "refutable")
LOCK = (ROOT / "requirements.lock").read_text()
MADE = {".pyc", ".nbi", ".nbc"}

# Who may import whom, among the parts.
BELOW = {
    "derivations": set(),
    "montecarlo": {"derivations"},
    "gpt": {"derivations"},
    "verify": {"derivations", "montecarlo", "gpt"},
}


def folder_of(package):
    """The folder of a package, as the longest matching row of the table says."""
    row = max((r for r in TABLE if f"{package}.".startswith(f"{r}.")), key=len)
    return ROOT.joinpath(TABLE[row], *package[len(row) :].strip(".").split("."))


def files_under(folder):
    """The files of a folder, links not followed, caches and build outputs left out."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name.startswith(".") or path.suffix in MADE:
            continue
        if path.is_dir() and path.name != "__pycache__" and not path.name.endswith(".egg-info"):
            yield from files_under(path)
        elif path.is_file():
            yield path


def test_every_folder_with_code_is_a_listed_package():
    found = {p.parent for f in TABLE.values() for p in files_under(ROOT / f) if p.suffix == ".py"}
    assert found == {folder_of(package) for package in PACKAGES}
    assert len(PACKAGES) == len(set(PACKAGES))


def test_every_package_says_what_it_is():
    for package in PACKAGES:
        assert ast.get_docstring(ast.parse((folder_of(package) / "__init__.py").read_text()))


def test_every_data_file_is_installed():
    """What is not Python needs a row in the table of package data, or the wheel lacks it."""
    data = PROJECT["tool"]["setuptools"]["package-data"]
    for package in PACKAGES:
        for path in folder_of(package).iterdir():
            if path.is_file() and path.suffix not in {".py", *MADE} and path.name not in PARTS:
                assert any(fnmatch(path.name, glob) for glob in data.get(package, [])), path


@pytest.mark.parametrize("part", PARTS)
def test_links_lead_editors_to_the_folders(part):
    link = ROOT / "refutable" / part
    target = str(link.readlink()) if link.is_symlink() else link.read_text()
    assert target == f"../{part}"
    assert f"refutable/{part}" in PROJECT["tool"]["ruff"]["extend-exclude"]


@pytest.mark.parametrize("part", PARTS)
def test_a_bare_import_is_refused_with_a_hint(part):
    done = subprocess.run(
        [sys.executable, "-c", f"import {part}"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert f"write `import refutable.{part}`, not `import {part}`" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("part", PARTS)
def test_imports_point_one_way(part):
    """The judge's engines know nothing of each other, or their agreement would show nothing."""
    for path in files_under(ROOT / part):
        if path.suffix == ".py":
            parts = {m.split(".")[1] for m in imports_of(path, part) if m.count(".")}
            assert parts & set(PARTS) <= BELOW[part] | {part}, path


def imports_of(path, part):
    """The modules of refutable that a file imports, absolute names, anywhere in it."""
    here = ("refutable", part, *path.relative_to(ROOT / part).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            module = ".".join((*base, *(node.module or "").split("."))).strip(".")
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "refutable")


def test_lock_names_no_host():
    """Whoever installs chooses where from."""
    for word in ("://", "--index", "--extra-index", "--find-links", "--trusted-host", " @ "):
        assert word not in LOCK


def test_lock_hashes_every_requirement():
    for entry in lock_entries():
        assert "--hash=sha256:" in entry, entry


def test_lock_is_up_to_date():
    """Every requirement of the project has a pin that satisfies it, in each of its variants."""
    pins = {}
    for entry in lock_entries():
        pin = Requirement(entry.split(" --hash")[0])
        (version,) = (specifier.version for specifier in pin.specifier)
        pins.setdefault(canonicalize_name(pin.name), []).append(version)
    groups = PROJECT["dependency-groups"]
    wanted = [*PROJECT["project"]["dependencies"], *groups["test"]]
    wanted += PROJECT["project"]["optional-dependencies"]["fast"]
    wanted += [line for line in groups["lock"] if isinstance(line, str)]
    for requirement in map(Requirement, wanted):
        versions = pins.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement} is not locked"
        assert all(requirement.specifier.contains(version) for version in versions), requirement
    assert "torch" not in pins, "torch stays an extra: its default wheel brings gigabytes"


def lock_entries():
    return LOCK.replace("\\\n", " ").splitlines()


def test_no_file_names_a_machine():
    """No path of the machine it was written on, no account's home."""
    path_of_a_machine = re.compile(r"(?<![\w.~])/(work|root|home|Users)/")
    for path in [*files_under(ROOT), ROOT / ".ci" / "run"]:
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found = path_of_a_machine.search(text)
        assert found is None, f"{path}: {found}"


def test_plugin_entry_point_has_its_module():
    """An entry point without its module breaks every pytest in the environment."""
    plugins = PROJECT["project"].get("entry-points", {}).get("pytest11", {})
    for module in plugins.values():
        assert importlib.util.find_spec(module), module
    assert bool(plugins) == (ROOT / "verify" / "pytest_plugin.py").exists()


@pytest.fixture
def run(monkeypatch):
    """run.py as a module, unable to change anything."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def forbidden(*args, **kwargs):
        raise AssertionError("run.py started a command")

    monkeypatch.setattr(module, "run", forbidden)
    monkeypatch.setattr(module, "make_venv", forbidden)
    return module


def test_run_script_is_read_by_older_pythons():
    """It is they that must say that they are too old."""
    ast.parse((ROOT / "run.py").read_text(), feature_version=(3, 6))


def test_run_says_that_python_is_too_old(run, monkeypatch, capsys):
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 2))
    assert run.main(["test"]) == 3
    assert re.fullmatch(r"run.py: needs Python >= 3.11, this is 3.9 .*\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("pip", "message"),
    [
        ("", "needs pip or uv; on Debian run `apt-get install python3-pip`"),
        ("pip 20.3.4 from somewhere (python 3.11)", "needs pip >= 22.3, this is 20.3.4"),
    ],
)
def test_run_says_that_pip_is_missing(run, monkeypatch, capsys, tmp_path, pip, message):
    monkeypatch.setattr(run, "STAMP", str(tmp_path / "none"))
    monkeypatch.setattr(run, "VENV", str(tmp_path / "venv"))
    monkeypatch.setattr(run, "output", lambda command, _: pip if "pip" in command else "")
    assert run.main(["test"]) == 3
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_run_prefers_pip_and_takes_uv_where_there_is_no_pip(run, monkeypatch):
    answers = {"uv": "uv 0.5.1", "pip": "pip 23.0.1 from somewhere (python 3.11)"}
    monkeypatch.setattr(run, "output", lambda c, _: answers["uv" if c[0] == "uv" else "pip"])
    assert "--python" in run.find_installer({})[0]
    answers["pip"] = ""
    assert run.find_installer({})[0][:3] == ["uv", "pip", "install"]


def test_run_clears_settings_that_mislead_pip(run, monkeypatch):
    seen = []
    monkeypatch.setattr(run, "set_up", lambda environment, **_: seen.append(environment))
    monkeypatch.setattr(run, "run", lambda command, environment, cwd=None: 7)
    for name in ("PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PYTHONPATH"):
        monkeypatch.setenv(name, "1")
    assert run.main(["list"]) == 7
    assert not {"PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PYTHONPATH"} & set(seen[0])
