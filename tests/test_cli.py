"""The command line: what it says, and what it leaves alone."""

from __future__ import annotations

import pytest

import neurolab
from neurolab import cli, warmup


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version"]) == 0
    assert capsys.readouterr().out == f"{neurolab.__version__}\n"


def test_an_unknown_command_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["warmpu"])
    assert "warmup" in capsys.readouterr().err


def test_warmup_says_what_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(warmup, "is_warm", lambda: False)
    monkeypatch.setattr(warmup, "warm_all", lambda jobs: {"labs.x": "ValueError: no"})
    assert cli.main(["warmup"]) == 1
    assert capsys.readouterr().err == "labs.x failed: ValueError: no\n"


def test_what_is_warm_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warmup, "is_warm", lambda: True)
    monkeypatch.setattr(warmup, "warm_all", lambda jobs: pytest.fail("ran"))
    assert cli.main(["warmup"]) == 0
    with pytest.raises(pytest.fail.Exception, match="ran"):
        cli.main(["warmup", "--again"])
