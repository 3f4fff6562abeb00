"""The Binder image: what its builder will do with binder/, and what its two scripts do, without building it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.binder import pins
from tests.conventions.sources import ROOT

BINDER = ROOT / "binder"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the image is Linux, its scripts are Bash")

V3 = "fpu sse sse2 avx avx2 bmi1 bmi2 f16c fma abm movbe popcnt"


@pytest.fixture(scope="module")
def dockerfile() -> str:
    """What repo2docker would build from a copy of the repository; it needs no Docker for that."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout + answer.stderr


def test_the_image_has_the_python_of_the_lock(dockerfile: str) -> None:
    assert f"python={pins.python_version()}" in dockerfile
    assert pins.python_version() == "3.11", "run.py lock resolves for 3.11 and newer"


def test_requirements_are_a_layer_of_their_own_before_the_sources(dockerfile: str) -> None:
    """A commit then changes the last layers only."""
    steps = [
        r"^COPY .*src/binder/requirements.txt",
        r"^RUN .*pip install .*binder/requirements.txt",
        r"^COPY .*src/ ",
        r"^RUN ./binder/postBuild",
        r"^ENV R2D_ENTRYPOINT=.*binder/start",
    ]
    places = []
    for step in steps:
        found = re.search(step, dockerfile, re.MULTILINE)
        assert found, step
        places.append(found.start())
    assert places == sorted(places)


def test_each_requirement_is_one_pin_and_nothing_local() -> None:
    lines = pins.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if not line.startswith("#")]
    assert len(requirements) == len({requirement.name for requirement in requirements}) > 5
    for requirement in requirements:
        (pin,) = requirement.specifier
        assert pin.operator == "==" and requirement.url is None and requirement.marker is None
    assert not any(line.startswith(("-", ".", "/")) or "://" in line for line in lines)


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_scripts_are_bash_and_may_be_run(name: str) -> None:
    assert os.access(BINDER / name, os.X_OK)
    subprocess.run(["bash", "-n", BINDER / name], check=True)
    staged = subprocess.run(
        ["git", "ls-files", "-s", f"binder/{name}"], cwd=ROOT, capture_output=True, text=True
    )
    assert not staged.stdout or staged.stdout.startswith("100755"), "git must keep it executable"


def started(tmp_path: Path, cpuinfo: str | None = None, **files: str) -> dict[str, str]:
    """The environment that `start` hands on, on a machine that says `cpuinfo` and has these cgroup files."""
    if cpuinfo is not None:
        (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: {cpuinfo}\nbugs\t\t:\n")
    (tmp_path / "cgroup").mkdir()
    for name, content in files.items():
        path = tmp_path / "cgroup" / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    inherited = {
        k: v for k, v in os.environ.items() if not re.match("NUMBA_|OMP_|OPENBLAS|NEUROLAB_", k)
    }
    places = {
        "NEUROLAB_CPUINFO": str(tmp_path / "cpuinfo"),
        "NEUROLAB_CGROUP": str(tmp_path / "cgroup"),
    }
    said = subprocess.run(
        [BINDER / "start", "env", "-0"],
        env=inherited | places,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stderr == ""
    return dict(line.split("=", 1) for line in said.stdout.split("\0") if "=" in line)


def test_start_selects_the_portable_processor(tmp_path: Path) -> None:
    variables = started(tmp_path, V3)
    assert variables["NUMBA_CPU_NAME"] == "x86-64-v3"
    assert "+avx2" in variables["NUMBA_CPU_FEATURES"].split(",")


@pytest.mark.parametrize(
    "cpuinfo", [V3.replace("avx2 ", ""), V3.replace("fma ", ""), "neon asimd", "avx2x", None]
)
def test_start_leaves_other_processors_to_compile(tmp_path: Path, cpuinfo: str | None) -> None:
    variables = started(tmp_path, cpuinfo)
    assert "NUMBA_CPU_NAME" not in variables and "NUMBA_CPU_FEATURES" not in variables


CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@pytest.mark.parametrize(
    ("files", "threads"),
    [
        ({}, CORES),
        ({"cpu_dot_max": "max 100000\n"}, CORES),
        ({"cpu_dot_max": "100000 100000\n"}, 1),
        ({"cpu_dot_max": "150000 100000\n"}, min(2, CORES or 2)),
        ({"cpu_dot_max": "6400000 100000\n"}, CORES),
        ({"cpu__cpu_dot_cfs_quota_us": "-1\n", "cpu__cpu_dot_cfs_period_us": "100000\n"}, CORES),
        ({"cpu__cpu_dot_cfs_quota_us": "50000\n", "cpu__cpu_dot_cfs_period_us": "100000\n"}, 1),
        ({"cpu,cpuacct__cpu_dot_cfs_quota_us": "100000\n"}, 1),
        ({"cpu_dot_max": "nonsense\n"}, CORES),
    ],
)
def test_start_gives_as_many_threads_as_the_container_has(
    tmp_path: Path, files: dict[str, str], threads: int
) -> None:
    variables = started(tmp_path, V3, **files)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        assert variables[name] == str(threads)


def test_start_becomes_what_it_is_given() -> None:
    answer = subprocess.run(
        [BINDER / "start", "bash", "-c", 'echo "$1"; exit 3', "-", "two  words"],
        capture_output=True,
        text=True,
    )
    assert (answer.returncode, answer.stdout) == (3, "two  words\n")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A clean environment and a copy of the repository after postBuild; the variables to work in it.

    The environment sees our packages by a path file, as in the test of the wheel, so that nothing is downloaded.
    """
    folder = tmp_path_factory.mktemp("image")
    repository, home = folder / "repository", folder / "home"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, repository / name)
    venv.create(folder / "env", with_pip=False, symlinks=True)
    (site_packages,) = (folder / "env").glob("lib/**/site-packages")
    (site_packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    home.mkdir()
    kept = {k: v for k, v in os.environ.items() if not re.match("NUMBA_|NEUROLAB_|PYTHON|XDG_", k)}
    variables = kept | {
        "HOME": str(home),
        "PATH": f"{folder / 'env' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(folder / "env"),
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's way to say: without isolation, with our hatchling
        "PIP_NO_INDEX": "1",
    }
    done = subprocess.run(
        ["./binder/postBuild"], cwd=repository, env=variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return variables | {"REPOSITORY": str(repository)}


def inside(image: dict[str, str], *command: str) -> str:
    """What a command prints that runs in the image, under `start`, where notebooks run."""
    repository = Path(image["REPOSITORY"])
    answer = subprocess.run(
        [repository / "binder" / "start", *command],
        cwd=repository / "chapters",
        env=image,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def test_the_package_is_installed_and_compiled(image: dict[str, str]) -> None:
    home = Path(inside(image, "python", "-c", "import neurolab; print(neurolab.__file__)")).parent
    assert home.is_relative_to(image["VIRTUAL_ENV"])
    sources = {path.stem for path in home.glob("*.py")}
    assert {path.name.split(".")[0] for path in home.glob("__pycache__/*.pyc")} >= sources
    assert (Path(image["VIRTUAL_ENV"]) / "share/jupyter/lab/settings/overrides.json").exists()


def test_another_process_finds_every_kernel(image: dict[str, str]) -> None:
    """Under the variables of `start` nothing is compiled: no lab leaves anything in the user's own layer."""
    code = (
        "from neurolab import labs\n"
        "from neurolab.kernels import cache\n"
        "labs.membrane.action_potential(I=12.0)\n"
        "print(len(cache.used_entries()))"
    )
    assert int(inside(image, "python", "-c", code)) > 0
    inside(image, "python", "-m", "neurolab", "warmup", "--again")
    assert list(Path(image["HOME"]).rglob("*.nbc")) == []


def test_the_second_process_knows_that_all_is_warm(image: dict[str, str]) -> None:
    code = "from neurolab import warmup; print(warmup.is_warm())"
    assert inside(image, "python", "-c", code) == "True"


def test_another_processor_compiles_for_itself(image: dict[str, str]) -> None:
    """Which shows that the test above can fail."""
    code = "from neurolab import labs; labs.membrane.action_potential()"
    inside({**image, "NEUROLAB_CPUINFO": os.devnull}, "python", "-c", code)
    assert list(Path(image["HOME"]).rglob("*.nbc"))
