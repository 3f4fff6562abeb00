"""A JupyterLab of its own on loopback: private settings, a token, no news, no autosave."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

SETTINGS = {
    # windowing takes cells off the page that a test still looks for
    "notebook-extension/tracker": {"windowingMode": "none", "autoStartDefaultKernel": True},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
}
START_SECONDS = 120


class LabServer:
    """`with LabServer(folder) as server:` serves the notebooks in `folder`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.token = secrets.token_hex(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    def __enter__(self) -> LabServer:
        self.home = Path(tempfile.mkdtemp(prefix="neurolab-lab-"))
        settings = self.home / "settings"
        for plugin, values in SETTINGS.items():
            file = settings / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(settings),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.home / "workspaces"),
            "IPYTHONDIR": str(self.home / "ipython"),
            "NEUROLAB_HOME": str(self.home / "progress"),
            "PYTHONUNBUFFERED": "1",
            "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"],
        }
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1"]
        command += [f"--port={self.port}", "--ServerApp.port_retries=0", "--allow-root"]
        command += [f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.root}"]
        command += ["--LabApp.expose_app_in_browser=True"]
        self._log = (self.home / "server.log").open("wb")
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # its own process group: kernels go with it, and nothing else does
        for stop, patience in ((signal.SIGINT, 3), (signal.SIGTERM, 8), (signal.SIGKILL, 3)):
            try:
                os.killpg(self._process.pid, stop)
                self._process.wait(patience)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self._log.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def url(self, notebook: str) -> str:
        """The address that opens a notebook in a fresh workspace."""
        return f"http://127.0.0.1:{self.port}/lab/tree/{notebook}?token={self.token}&reset"

    def log(self) -> str:
        """What server and kernels have said so far."""
        self._log.flush()
        return (self.home / "server.log").read_text(errors="replace")

    def _wait(self) -> None:
        status = f"http://127.0.0.1:{self.port}/api/status?token={self.token}"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(status, timeout=2) as answer:
                    answer.read()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        log = self.log()[-3000:]
        self.__exit__(None, None, None)
        raise RuntimeError(f"JupyterLab did not start:\n{log}")
