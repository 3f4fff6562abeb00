#!/usr/bin/env python3
"""Everything starts here: `python3 run.py COMMAND`, with nothing but Python 3.11 or newer.

For learners
    lab                     open the lessons in JupyterLab, on your own copies in work/
        --fresh 1.1         a new copy of one lesson; your old one is kept beside it
        --edit              open the originals in chapters/ instead
        --port N, --no-browser, and any option of `jupyter lab`

For contributors
    test                    everything: units, notebooks, the wheel, the browser
        --fast              units only, under a minute
        --all               also every lesson in the browser, bounds checks, no compiler, coverage,
                            the Binder image, the memory that lessons need
        PATHS, -k NAME ...  only these; anything pytest understands
    check                   lint, format, types, floors between packages, rules for notebooks
    execute [NOTEBOOKS]     run chapters again and store their outputs in normal form
    new-lesson 2.1          a lesson's skeleton, which passes all the rules
    readme [--screenshot]   write the README's table of classic results from the data file
    lock [--upgrade]        resolve requirements.lock from pyproject.toml, and Binder's pins from it
    bench NAME [OPTIONS]    run benchmarks/NAME.py

The first command of all makes the environment .venv (about a minute); later ones start at once.
"""

import sys

if sys.version_info < (3, 11):  # an old Python must be able to parse this file, or to be told
    sys.exit(
        f"neurolab needs Python 3.11 or newer, and {sys.executable} is {sys.version.split()[0]}; "
        "install one from python.org or your system's packages, then: python3.11 run.py ..."
    )

import argparse
import contextlib
import dataclasses
import errno
import hashlib
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import xml.etree.ElementTree
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "neurolab-stamp.json"  # what this environment was made from
CHAPTERS = ROOT / "chapters"
WORK = ROOT / "work"
SPACE_NEEDED_MB = 1500


class Trouble(Exception):
    """Something the user can mend: what happened and the remedy, in one line."""


def say(message: str) -> None:
    """Tell the user what run.py does."""
    print(f"neurolab: {message}", flush=True)


def prepare(warm: bool = False) -> None:
    """Make .venv, or bring it up to date; with `warm`, compile the kernels that lessons use."""
    if read_stamp().get("environment") != digest_of_environment():
        install()
        STAMP.write_text(json.dumps({"environment": digest_of_environment()}))
    if warm:
        warm_up()


def read_stamp() -> dict[str, str]:
    """What the environment was made from; nothing if it is absent, half-made or made by hand."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and PYTHON.exists() else {}


def digest_of_environment() -> str:
    """Changes when the packages, this Python or the place of the repository change."""
    digest = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes())
    digest.update(repr((sys.version, str(ROOT), os.path.realpath(PYTHON))).encode())
    return digest.hexdigest()


def install() -> None:
    """Create or repair .venv and put the locked packages and neurolab itself into it."""
    if STAMP.exists():
        say("bringing .venv up to date")
    else:
        say("setting up .venv (once; about a minute, and it needs the network)")
    STAMP.unlink(missing_ok=True)
    if not VENV.exists() and shutil.disk_usage(ROOT).free < SPACE_NEEDED_MB * 2**20:
        raise full_disk()
    if not usable():
        create()
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--retries", "2", "--require-hashes"]
    with temporary_file(locked("uv")) as requirement:
        quietly("fetching the installer", [*pip, "-r", requirement])
    uv = [str(PYTHON), "-m", "uv", "pip", "install"]
    packages = ["--require-hashes", "--compile-bytecode", "-r", str(LOCK)]
    quietly("installing packages", [*uv, *packages])
    ourselves = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    quietly("installing neurolab", [*uv, *ourselves])
    keep_jupyter_offline()


def usable() -> bool:
    """Whether .venv is there, whole, and made by the Python that runs this file."""
    question = f"import pip, sys; print(sys.version_info[:2] == {sys.version_info[:2]})"
    try:
        answer = subprocess.run(
            [PYTHON, "-c", question], capture_output=True, text=True, env=environment()
        )
    except OSError:
        return False
    return answer.stdout.strip() == "True"


def create() -> None:
    """Make an empty .venv, replacing whatever stands there."""
    for module in ("venv", "ensurepip"):  # Debian and Ubuntu ship Python without them
        if importlib.util.find_spec(module) is None:
            raise Trouble(
                f"this Python has no {module}; on Debian or Ubuntu: sudo apt install "
                f"python3.{sys.version_info[1]}-venv, then run the same command again"
            )
    if VENV.exists():
        say(".venv is incomplete or belongs to another Python; making it anew")
    if os.name == "nt" and Path(sys.prefix) == VENV:
        raise Trouble("this Python lives in .venv, which must be remade; deactivate, then again")
    base = getattr(sys, "_base_executable", None) or sys.executable
    quietly("making .venv", [base, "-m", "venv", "--clear", str(VENV)])


def locked(package: str) -> str:
    """The lines of the lock that pin one package and its hashes."""
    lines = iter(LOCK.read_text().splitlines())
    for line in lines:
        if line.startswith(f"{package}=="):
            block = [line]
            while block[-1].endswith("\\"):
                block.append(next(lines))
            return "\n".join(block)
    raise Trouble(f"requirements.lock has no {package}; restore it: git checkout requirements.lock")


def keep_jupyter_offline() -> None:
    """No news and no update checks in JupyterLab: a lesson asks nothing of the network."""
    settings = VENV / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    off = {"fetchNews": "false", "checkForUpdates": False}
    overrides = {"@jupyterlab/apputils-extension:notification": off}
    (settings / "overrides.json").write_text(json.dumps(overrides, indent=1))


def warm_up() -> None:
    """Compile what labs use into the cache, so that the first slider answers at once; a moment if it is there."""
    if call([str(PYTHON), "-m", "neurolab", "warmup"]):
        say("the warm-up failed (see above); kernels will compile at their first use instead")


def environment(**extra: str) -> dict[str, str]:
    """The variables for programs in .venv: nothing of the user's Python set-up leaks into it."""
    variables = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        variables.pop(name, None)  # without .pyc files every start would be three times slower
    variables["VIRTUAL_ENV"] = str(VENV)
    variables["PATH"] = str(SCRIPTS) + os.pathsep + variables.get("PATH", "")
    variables["UV_PYTHON_DOWNLOADS"] = "never"
    variables["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    return {**variables, **extra}


def call(command: list[str], **extra: str) -> int:
    """Run a command in the foreground; Ctrl-C reaches it first, and us when it has ended."""
    process = subprocess.Popen(command, cwd=ROOT, env=environment(**extra))
    interrupted = False
    while process.poll() is None:
        try:
            process.wait()
        except KeyboardInterrupt:
            interrupted = True
    if interrupted:
        raise KeyboardInterrupt
    return process.returncode


def quietly(what: str, command: list[str]) -> None:
    """Run a step of the set-up; show the seconds pass, and its output only if it fails."""
    finished = threading.Event()
    clock = threading.Thread(target=show_seconds, args=(what, finished), daemon=True)
    clock.start()
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
    finally:
        finished.set()
        clock.join()
    if done.returncode:
        raise diagnose(what, done.stdout + done.stderr)


def show_seconds(what: str, finished: threading.Event) -> None:
    """A line that counts seconds on a terminal, a plain line elsewhere."""
    start = time.monotonic()
    if not sys.stdout.isatty():
        say(what)
        return
    ended = False
    while not ended:
        ended = finished.wait(1)
        print(f"\rneurolab: {what}, {time.monotonic() - start:.0f} s", end="", flush=True)
    print()


def diagnose(what: str, output: str) -> Trouble:
    """Name the usual reasons for which a step of the set-up fails."""

    def says(*signs: str) -> bool:
        return any(sign in output.lower() for sign in signs)

    if says("no space left", "os error 28", "not enough space"):
        return full_disk()
    if says("permission denied", "os error 13"):
        return Trouble(f"no permission while {what}; make {VENV} yours to write to, or delete it")
    if says("hash mismatch", "do not match the hashes"):
        return Trouble("a downloaded file is not the locked one; run the same command again")
    if says("dns error", "name resolution", "failed to fetch", "error sending request") or says(
        "newconnectionerror", "timed out", "unreachable", "failed to establish"
    ):
        return Trouble(
            f"no network while {what}; connect, then run the same command again (what was "
            "downloaded is kept)"
        )
    last_words = "\n".join(output.strip().splitlines()[-15:])
    return Trouble(f"{what} failed; its last words were:\n{last_words}")


def full_disk() -> Trouble:
    """The message for a disk without room."""
    free = shutil.disk_usage(ROOT).free // 2**20
    return Trouble(
        f"the disk is full: set-up needs about {SPACE_NEEDED_MB} MB in {ROOT}, {free} MB are "
        "free; make room, then run the same command again"
    )


@contextlib.contextmanager
def temporary_file(text: str) -> Iterator[str]:
    """The path of a short-lived file that holds `text`."""
    with tempfile.TemporaryDirectory(prefix="neurolab-") as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text(text)
        yield str(path)


def lab(arguments: list[str]) -> int:
    """Open JupyterLab on the learner's copies of the lessons."""
    parser = argparse.ArgumentParser(prog="run.py lab", allow_abbrev=False)
    parser.add_argument("--fresh", metavar="LESSON", help="renew the copy of one lesson, say 1.1")
    parser.add_argument("--edit", action="store_true", help="open the originals in chapters/")
    parser.add_argument("--port", type=int, help="a fixed port instead of the first free one")
    options, for_jupyter = parser.parse_known_args(arguments)
    if options.port is not None:
        require_free(options.port)
    if options.fresh and options.edit:
        raise Trouble("--fresh renews a copy in work/, --edit opens the originals; give only one")
    fresh = find_lesson(options.fresh) if options.fresh else None
    prepare(warm=True)
    if not options.edit:
        trust(copy_lessons(fresh))
    command = [str(PYTHON), "-m", "jupyterlab", "--LabApp.default_url=/lab/tree/index.ipynb"]
    command.append(f"--ServerApp.root_dir={CHAPTERS if options.edit else WORK}")
    command.append("--ServerApp.ip=127.0.0.1")  # this machine only, and with Jupyter's token
    if options.port is not None:
        command += [f"--ServerApp.port={options.port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container
    say(f"JupyterLab opens on {'chapters' if options.edit else 'work'}/; Ctrl-C twice here ends it")
    try:
        return call([*command, "--ServerApp.log_level=ERROR", *for_jupyter])
    except KeyboardInterrupt:
        return 0


def require_free(port: int) -> None:
    """Refuse a port that something else listens on, or that is not ours to take."""
    with socket.socket() as probe:
        if os.name != "nt":  # as the server does: a port that was just left is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise Trouble(
                f"port {port} is not free ({getattr(error, 'strerror', None) or error}); name "
                "another, or leave --port out and the first free one is taken"
            ) from None


def find_lesson(lesson: str) -> Path:
    """The notebook below chapters/ of a lesson named 1.1, or of the index."""
    if lesson == "index":
        return CHAPTERS / "index.ipynb"
    lessons = sorted(CHAPTERS.glob("[0-9][0-9]_*/[0-9]*_*.ipynb"))
    known = {number(path.relative_to(CHAPTERS).as_posix()): path for path in lessons}
    if lesson not in known:
        raise Trouble(f"there is no lesson {lesson}; choose from index {' '.join(known)}")
    return known[lesson]


def number(name: str) -> str:
    """The number of a lesson from its file: 1.1 from 01_membrane/1_the_membrane.ipynb."""
    folder, _, file = name.rpartition("/")
    return f"{int(folder[:2])}.{file.partition('_')[0]}" if folder[:2].isdigit() else "index"


def copy_lessons(fresh: Path | None = None) -> list[Path]:
    """Copy into work/ what is not there yet; a learner's notebook is never overwritten."""
    copied = []
    WORK.mkdir(exist_ok=True)
    record_path = WORK / ".copied.json"  # which version of each notebook was copied
    try:
        record = json.loads(record_path.read_text())
    except (OSError, ValueError):
        record = {}
    for source in sorted(path for path in CHAPTERS.rglob("*") if path.is_file()):
        if ".ipynb_checkpoints" in source.parts:
            continue
        name = source.relative_to(CHAPTERS).as_posix()
        copy, content = WORK / name, source.read_bytes()
        version = hashlib.sha256(content).hexdigest()
        if source == fresh and copy.exists():
            kept = unused_name(copy)
            copy.rename(kept)
            say(f"your copy of {name} is kept as {kept.relative_to(WORK).as_posix()}")
        if not copy.exists() or source.suffix != ".ipynb":  # pictures and data are ours to renew
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
            copied.append(copy)
            record[name] = version
        elif record.get(name) != version:
            say(
                f"{name} is newer than your copy; to change over: run.py lab --fresh {number(name)}"
            )
    record_path.write_text(json.dumps(record, indent=1))
    return copied


def trust(copied: list[Path]) -> None:
    """Tell Jupyter that these notebooks are ours: it then shows their stored outputs in full."""
    notebooks = [str(path) for path in copied if path.suffix == ".ipynb"]
    if notebooks:
        command = [str(PYTHON), "-m", "jupyter", "trust", *notebooks]
        subprocess.run(command, env=environment(), capture_output=True)


def unused_name(path: Path) -> Path:
    """A free name beside `path`: lesson.bak.ipynb, lesson.bak2.ipynb, ..."""
    kept, count = path.with_suffix(f".bak{path.suffix}"), 2
    while kept.exists():
        kept, count = path.with_suffix(f".bak{count}{path.suffix}"), count + 1
    return kept


APART = ("browser", "wheel", "binder", "memory")  # folders of tests that are parts of their own
UNITS = ["tests", *(f"--ignore=tests/{name}" for name in APART), "-n", "2"]
NUMERICS = ["tests/kernels", "tests/data", "tests/engine", "tests/dynamics"]
NBVAL = [
    *("--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/notebooks/sanitize.cfg"),
    *("--nbval-cell-timeout=60", "-n", "2", "--dist", "loadfile"),
    *("-p", "tests.notebooks.fresh_home"),  # each notebook meets a learner without a history
]


@dataclasses.dataclass
class Part:
    """One run of pytest, and what came of it."""

    name: str
    arguments: list[str]
    variables: dict[str, str] = dataclasses.field(default_factory=dict)
    coverage: bool = False
    code: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0


def test(arguments: list[str]) -> int:
    """Run the parts of the test suite one after the other, all of them, and sum up."""
    fast, everything = "--fast" in arguments, "--all" in arguments
    for_pytest = [argument for argument in arguments if argument not in ("--fast", "--all")]
    paths = [word for word in for_pytest if (ROOT / word.partition("::")[0]).exists()]
    if paths:
        notebooks = any(path.startswith("chapters") or ".ipynb" in path for path in paths)
        parts = [Part("chosen", NBVAL if notebooks else [])]
    elif fast:
        parts = [Part("units", [*UNITS, "-m", "not slow and not browser and not wheel"])]
    else:
        parts = [
            Part("units", UNITS, coverage=everything),
            Part("notebooks", ["chapters", *NBVAL]),
            Part("wheel", ["tests/wheel"]),
            Part("browser", ["tests/browser", "-m", "browser" if everything else "not slow"]),
        ]
    if everything and not paths:
        bounds = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(VENV / "bounds-checked")}
        parts.append(Part("bounds checked", [*UNITS, "-m", "not slow"], bounds))
        plain = [*NUMERICS, "-n", "2", "-m", "not slow and not jit"]
        parts.append(Part("without compiler", plain, {"NUMBA_DISABLE_JIT": "1"}, coverage=True))
        parts += [Part("Binder", ["tests/binder"]), Part("memory", ["tests/memory", "-n", "2"])]
    prepare(warm=True)
    if everything:
        call([str(PYTHON), "-m", "coverage", "erase"])
    for part in parts:
        run_part(part, for_pytest)
    if any(part.coverage for part in parts):
        call([str(PYTHON), "-m", "coverage", "combine", "--quiet"])
        call([str(PYTHON), "-m", "coverage", "report"])
    return summarise(parts)


def run_part(part: Part, for_pytest: list[str]) -> None:
    """Run pytest once and note its exit status and what it counted."""
    say(f"test: {part.name}")
    start = time.monotonic()
    runner = ["coverage", "run", "-m", "pytest"] if part.coverage else ["pytest"]
    with tempfile.TemporaryDirectory(prefix="neurolab-test-") as scratch:
        report = Path(scratch) / "report.xml"
        command = [str(PYTHON), "-m", *runner, "-q", f"--junitxml={report}", *part.arguments]
        home = str(Path(scratch) / "home")  # no test sees the progress of whoever runs it
        part.code = call([*command, *for_pytest], NEUROLAB_HOME=home, **part.variables)
        if report.exists():
            for suite in xml.etree.ElementTree.parse(report).getroot().iter("testsuite"):
                part.failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
                part.skipped += int(suite.get("skipped", 0))
                part.passed += int(suite.get("tests", 0))
    part.passed -= part.failed + part.skipped
    if part.code and not part.failed:
        part.failed = 1  # pytest itself did not end well
    part.seconds = time.monotonic() - start


def summarise(parts: list[Part]) -> int:
    """One line for each part and one for all; 1 if any part failed."""
    print()
    for part in parts:
        print(
            f"{part.name:17}{'FAILED' if part.code else 'ok':7}{part.passed:5} passed"
            f"{part.failed:5} failed{part.skipped:5} skipped{part.seconds:8.1f} s"
        )
    passed, failed, skipped = (
        sum(getattr(part, what) for part in parts) for what in ("passed", "failed", "skipped")
    )
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return int(any(part.code for part in parts))


def check(arguments: list[str]) -> int:
    """Run every check that needs no run of the library; say which ones failed."""
    if arguments:
        raise Trouble(f"check takes no arguments, got {' '.join(arguments)}")
    prepare()
    python = [str(PYTHON), "-m"]
    steps = {
        "lint": [*python, "ruff", "check", "."],
        "format": [*python, "ruff", "format", "--check", "."],
        "types": [*python, "mypy"],
        "floors": [str(SCRIPTS / "lint-imports"), "--no-logo"],
        "notebook rules": [*python, "pytest", "-q", "tests/notebooks"],
    }
    codes = {}
    for name, command in steps.items():
        say(f"check: {name}")
        codes[name] = call(command)
    print()
    for name, code in codes.items():
        print(f"{name:17}{'FAILED' if code else 'ok'}")
    return int(any(codes.values()))


def execute(arguments: list[str]) -> int:
    """Run chapters and store their outputs in normal form."""
    prepare(warm=True)
    return call([str(PYTHON), "-m", "tests.notebooks.execute", *arguments])


def new_lesson(arguments: list[str]) -> int:
    """Write the skeleton of a lesson."""
    prepare()
    return call([str(PYTHON), "-m", "tests.notebooks.skeleton", *arguments])


def readme(arguments: list[str]) -> int:
    """Write the README's table of classic results; with --screenshot its picture too."""
    screenshot = arguments == ["--screenshot"]
    if arguments and not screenshot:
        raise Trouble(f"readme takes --screenshot or nothing, got {' '.join(arguments)}")
    prepare(warm=screenshot)
    status = call([str(PYTHON), "-m", "tests.conventions.classics_table"])
    if screenshot and not status:
        status = call([str(PYTHON), "-m", "tests.conventions.screenshot"])
    return status


def lock(arguments: list[str]) -> int:
    """Resolve requirements.lock: every platform, every extra, every hash, no addresses."""
    prepare()
    command = [str(PYTHON), "-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--all-extras", "--no-header", "--no-annotate", "--quiet"]
    code = call([*command, "pyproject.toml", "-o", "requirements.lock", *arguments])
    if "://" in LOCK.read_text():
        raise Trouble("the lock holds an address: a package is not taken by name from the index")
    return code or call([str(PYTHON), "-m", "tests.binder.pins"])


def bench(arguments: list[str]) -> int:
    """Run one benchmark."""
    names = sorted(p.stem for p in (ROOT / "benchmarks").glob("*.py") if p.stem[0] != "_")
    if not arguments or arguments[0] not in names:
        raise Trouble("name a benchmark: run.py bench " + " | ".join(names))
    prepare(warm=True)
    return call([str(PYTHON), "-m", "benchmarks." + arguments[0], *arguments[1:]])


COMMANDS = {
    "lab": lab,
    "test": test,
    "check": check,
    "execute": execute,
    "new-lesson": new_lesson,
    "readme": readme,
    "lock": lock,
    "bench": bench,
}


def main(arguments: list[str]) -> int:
    """Run one command; the exit status says whether it succeeded."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    name, rest = arguments[0], arguments[1:]
    if name not in COMMANDS:
        print(f"run.py knows no command {name!r}; it knows: {' '.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[name](rest)
    except Trouble as trouble:
        print(f"neurolab: {trouble}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nneurolab: stopped; the same command goes on from here", file=sys.stderr)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(f"neurolab: {full_disk()}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
