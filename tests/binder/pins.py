"""binder/requirements.txt, generated from the lock: `run.py lock` writes it, a test compares it.

The image gets what running the lessons needs and nothing else. JupyterLab is the image's own, in the version that its
builder has tested; only the half of ipywidgets that lives in the browser has to match the half in the kernel.
"""

from __future__ import annotations

import sys
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conventions.sources import ROOT

REQUIREMENTS = ROOT / "binder" / "requirements.txt"
BROWSER_HALVES = ["jupyterlab-widgets"]
HEADER = "# Written by run.py lock, from requirements.lock."


def python_version() -> str:
    """The Python of the image."""
    return (ROOT / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")


def locked() -> dict[str, str]:
    """What the lock pins for the image's Python, on Linux."""
    environment = {
        "python_version": python_version(),
        "python_full_version": f"{python_version()}.14",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
    }
    pins = {}
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if not line.startswith((" ", "#")) and "==" in line:
            requirement = Requirement(line.removesuffix("\\").strip())
            if requirement.marker is None or requirement.marker.evaluate(environment):
                (pin,) = requirement.specifier
                pins[canonicalize_name(requirement.name)] = pin.version
    return pins


def text() -> str:
    """The whole file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [Requirement(line).name for line in project["dependencies"]] + BROWSER_HALVES
    pins = locked()
    names = sorted(canonicalize_name(name) for name in needed)
    return "\n".join([HEADER, *(f"{name}=={pins[name]}" for name in names), ""])


def main() -> int:
    """Write the file."""
    REQUIREMENTS.write_text(text(), encoding="utf-8", newline="\n")
    print("binder/requirements.txt: as the lock")
    return 0


if __name__ == "__main__":
    sys.exit(main())
