"""How commands end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from counterflow import __version__
from counterflow.cli import app
from counterflow.cli.exits import Failure
from counterflow.cli.help import NamedCommand, interrupted_by_choice

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
        interrupted_by_choice(interrupted)()
    assert (ended.value.code, str(ended.value)) == (130, "Interrupted.")


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["--version"]) == 0
    assert capsys.readouterr().out == f"counterflow {__version__}\n"


COMMANDS = [command for commands in app.GROUPS.values() for command in commands]


@pytest.mark.parametrize("command", COMMANDS, ids=[str(command.name) for command in COMMANDS])
def test_the_line_of_a_command_is_the_first_of_its_own_help(command: NamedCommand) -> None:
    line = command.get_short_help_str(100)
    assert line == command.loaded.get_short_help_str(100)
    assert line.endswith(".")
    assert len(line) <= 50, "longer than the help has room for"


def test_a_command_is_loaded_when_it_is_used() -> None:
    code = (
        "import sys; from counterflow.cli.app import main; main(['render', '--help']); "
        "print(*[name for name in sys.modules if name.startswith('counterflow.cli.commands.')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "counterflow.cli.commands.render"


def test_what_lies_beside_the_commands_is_in_the_table() -> None:
    folder = Path(app.__file__).parent / "commands"
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert files == {
        command.module.removeprefix("commands.") for command in COMMANDS if command.name != "demo"
    }
