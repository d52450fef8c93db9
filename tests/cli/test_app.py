"""How commands end."""

from __future__ import annotations

import pytest

from counterflow import __version__
from counterflow.cli import app
from counterflow.cli.exits import Failure

ENDS: list[tuple[BaseException, int, str]] = [
    (Failure(3, "Expected this, found that"), 3, "Expected this, found that\n"),
    (SystemExit(2), 2, ""),
    (SystemExit(None), 0, ""),
]


@pytest.mark.parametrize("end,code,words", ENDS, ids=["failure", "usage", "exit"])
def test_the_exit_code(
    end: BaseException,
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(**_: object) -> None:
        raise end

    monkeypatch.setattr(app, "app", run)
    assert app.main([]) == code
    assert capsys.readouterr() == ("", words)


def test_ctrl_c_is_an_end_of_its_own() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(Failure) as ended:
        app.interrupted_by_choice(interrupted)()
    assert (ended.value.code, str(ended.value)) == (130, "Interrupted.")


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["--version"]) == 0
    assert capsys.readouterr().out == f"counterflow {__version__}\n"


def test_every_command_says_what_it_is_for() -> None:
    for command in app.COMMANDS:
        first = (command.__doc__ or "").splitlines()[0]
        assert first.endswith("."), command.__name__
        assert len(first) <= 50, f"{command.__name__}: longer than the help has room for"
