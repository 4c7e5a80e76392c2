#!/usr/bin/env python3
"""Sets up `.venv` from requirements.lock where needed, then runs a command in it.

python3 run.py verify [...]   judge the papers: `refutable verify [...]`
python3 run.py test           run all tests and doctests, on every core
python3 run.py test ...       `pytest ...`
python3 run.py lint           ruff and mypy
python3 run.py docs [DIR]     the documentation as HTML, in build/docs or DIR
python3 run.py COMMAND [...]  any other command of `refutable`

Needs Python 3.11 or newer and pip (22.3 or newer) or uv; nothing else, no activation.
"""

import functools
import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.realpath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin", "python")
LOCK = os.path.join(ROOT, "requirements.lock")
PROJECT = os.path.join(ROOT, "pyproject.toml")
STAMP = os.path.join(VENV, "refutable-stamp")
TOOLS = ("lint", "docs")  # groups of pyproject.toml, installed by the command of that name only
OLDEST_PYTHON = (3, 11)
OLDEST_PIP = (22, 3)

# A user's own settings of these would send packages elsewhere, or load others' modules.
MISLEADING = {
    *("PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON"),
    *("PIP_CONSTRAINT", "PIP_REQUIRE_HASHES", "PIP_NO_DEPS", "PIP_DRY_RUN"),
    *("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"),
}
# Doctests and tests, on every core, one file to one worker.
WHOLE_SUITE = [
    *("--doctest-modules", "--doctest-ignore-import-errors", "--pyargs", "refutable", "tests/"),
    *("-n", "auto", "--maxprocesses", "8", "--dist", "loadfile"),
]


def main(arguments):
    """Set up, run, return the exit code of the command."""
    if sys.version_info < OLDEST_PYTHON:
        return refuse(
            f"needs Python >= 3.11, this is {version()} ({sys.executable}); "
            "where there is a newer one, run `python3.11 run.py ...`"
        )
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if arguments else 2
    environment = {k: v for k, v in os.environ.items() if k not in MISLEADING}
    command, rest = arguments[0], arguments[1:]
    problem = set_up(environment, tools=command if command in TOOLS else None)
    if problem is not None:
        return refuse(problem)
    if command == "test":
        if not rest:
            environment.setdefault("OMP_NUM_THREADS", "1")  # the workers share the cores already
        return run([PYTHON, "-P", "-m", "pytest", *(rest or WHOLE_SUITE)], environment, cwd=ROOT)
    if command == "lint":
        ruff = run([PYTHON, "-m", "ruff", "check", *(rest or ["."])], environment, cwd=ROOT)
        return run([PYTHON, "-P", "-m", "mypy"], environment, cwd=ROOT) or ruff
    if command == "docs":
        target = os.path.abspath(rest[0]) if rest else os.path.join(ROOT, "build", "docs")
        strict = ["-q", "-E", "-n", "-W", "--keep-going", "-d", f"{target}.cache"]
        sphinx = [PYTHON, "-P", "-m", "sphinx", "-b", "html", *strict]
        return run([*sphinx, os.path.join(ROOT, "docs"), target], environment)
    return run([PYTHON, "-P", "-m", "refutable", command, *rest], environment)


def refuse(problem):
    """Print a problem on one line; the exit code of a set-up that failed."""
    print(f"run.py: {problem}", file=sys.stderr)
    return 3


def run(command, environment, cwd=None):
    """Run a command to its end and return its exit code, as a shell would give it."""
    sys.stdout.flush()
    process = subprocess.Popen(command, env=environment, cwd=cwd)
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:  # the child has got the signal too, and says what to say
            continue
        return code if code >= 0 else 128 - code


class alone:
    """Lets one set-up at a time into `.venv`, where the platform has file locks."""

    def __enter__(self):
        self.file = open(VENV + ".lock", "w")
        try:
            import fcntl
        except ImportError:
            return
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


def set_up(environment, tools=None):
    """Make `.venv` hold what the lock says, and this project; None, or what went wrong."""
    jobs = [(STAMP, stamp_of(LOCK, PROJECT), install_project)]
    if tools:
        path = os.path.join(VENV, f"refutable-{tools}-stamp")
        jobs.append((path, stamp_of(PROJECT), functools.partial(install_tools, tools)))
    for path, stamp, install in jobs:
        if read(path) == stamp:
            continue
        with alone():
            if read(path) == stamp:  # another run has done it meanwhile
                continue
            installer, problem = find_installer(environment)
            problem = problem or install(installer, environment)
            if problem is not None:
                return problem
            write(path, stamp)
    return None


def install_project(installer, environment):
    """The lock, then this checkout: an edit takes effect without another set-up."""
    print("run.py: setting up .venv (once, about 20 s)", file=sys.stderr)
    make_venv()
    write(STAMP, "unfinished")
    locked = ["--require-hashes", "-r", LOCK]
    project = ["--no-deps", "--no-build-isolation", "-e", ROOT]
    return install(installer, locked, environment) or install(installer, project, environment)


def install_tools(group, installer, environment):
    """A group of pyproject.toml; pip installs no groups before 25.1."""
    import tomllib

    with open(PROJECT, "rb") as file:
        tools = tomllib.load(file)["dependency-groups"][group]
    return install(installer, tools, environment)


def install(installer, what, environment):
    """None, or that it failed: the installer has said why."""
    here = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}  # over the user's pip.conf too
    code = run([*installer, *what], {**environment, **here})
    return f"set-up failed: `{' '.join([*installer, *what])}` ended with {code}" if code else None


def make_venv():
    """Create `.venv` without pip (Debian's Python has no ensurepip); keep one that still fits."""
    import venv

    settings = read(os.path.join(VENV, "pyvenv.cfg")) or ""
    fits = f"version = {version()}." in settings and works(PYTHON)
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt", clear=not fits).create(VENV)


def find_installer(environment, into=PYTHON):
    """The command that installs into an environment from outside it; or None and what to do."""
    found = None
    for python in dict.fromkeys((sys.executable, getattr(sys, "_base_executable", sys.executable))):
        words = output([python, "-m", "pip", "--version"], environment).split()
        if words[:1] != ["pip"]:
            continue
        found = words[1]
        if tuple(int(n) for n in found.split(".")[:2]) >= OLDEST_PIP:
            options = ["--no-compile", "--quiet", "--disable-pip-version-check", "--no-input"]
            return [python, "-m", "pip", "--python", into, "install", *options], None
    if output(["uv", "--version"], environment).startswith("uv "):
        return ["uv", "pip", "install", "--quiet", "--python", into], None
    if found:
        return (
            None,
            f"needs pip >= 22.3, this is {found}; run `python3 -m pip install --upgrade pip`",
        )
    return None, "needs pip or uv; on Debian run `apt-get install python3-pip`"


def version():
    """The Python version that decides what is installed: "3.11"."""
    return "{}.{}".format(*sys.version_info[:2])


def stamp_of(*paths):
    """What a set-up depends on, as a hash: files, Python version, place."""
    digest = hashlib.sha256(f"{version()} {VENV}".encode())
    for path in paths:
        with open(path, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def works(python):
    return output([python, "-c", "print(1)"], os.environ).strip() == "1"


def output(command, environment):
    """What a command prints, or nothing where there is no such command or it fails."""
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return None


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
