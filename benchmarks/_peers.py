"""Other simulators beside us: each in an environment of its own, and a process that runs on command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = {
    "arbor": ["arbor==0.12.2", "numpy"],
    "brian2": ["brian2==2.9.0", "numpy<2.4", "setuptools"],
    "jaxley": ["jaxley==0.14.0"],
    "nest": ["nest-simulator==3.10.0", "--only-binary=nest-simulator"],
}


class Unavailable(Exception):
    """A peer that cannot be installed here; the message says why."""


class Peer:
    """A simulator in a process of its own: `run()` runs its workload once and gives CPU seconds and results."""

    def __init__(self, name: str, workload: dict[str, Any], **environment: str) -> None:
        python = environment_of(name)
        script = Path(__file__).parent / "peers" / f"{name}_peer.py"
        self._process = subprocess.Popen(
            [str(python), str(script), json.dumps(workload)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={"PATH": "/usr/bin:/bin", **environment},
        )
        self.found = self._answer()

    def run(self) -> float:
        """CPU seconds of one run, all threads."""
        return float(self.ask()["cpu"])

    def ask(self) -> dict[str, Any]:
        """One run: its CPU seconds as `cpu`, and what the peer found."""
        assert self._process.stdin is not None
        self._process.stdin.write("run\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Unavailable(f"its process ended with status {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process: it stops, and deletes what it made, when nothing more can be asked."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def environment_of(name: str) -> Path:
    """The Python in which this peer is installed; made at the first call."""
    folder = ROOT / ".peers" / name
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        uv = [sys.executable, "-m", "uv"]
        try:
            subprocess.run([*uv, "venv", "-q", "--clear", str(folder)], check=True)
            install = [*uv, "pip", "install", "-q", "--python", str(python)]
            subprocess.run([*install, *REQUIREMENTS[name]], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unavailable(f"it cannot be installed ({error})") from None
        ready.touch()
    return python
