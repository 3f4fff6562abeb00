"""The command line: what it says, and that `warmup` visits every lab."""

from __future__ import annotations

import pytest

import neurolab
from neurolab import cli, labs


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version"]) == 0
    assert capsys.readouterr().out == f"{neurolab.__version__}\n"


def test_an_unknown_command_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["warmpu"])
    assert "warmup" in capsys.readouterr().err


@pytest.mark.slow
def test_warmup_runs_every_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    visited = []
    warm = cli.warm

    def visit(module: str, name: str) -> str:
        visited.append(name)
        return warm(module, name)

    monkeypatch.setattr(cli, "warm", visit)
    assert cli.main(["warmup", "--jobs", "1"]) == 0
    assert set(visited) >= {"action_potential", "passive_membrane"}
    assert len(visited) >= len(labs.membrane.__all__)
