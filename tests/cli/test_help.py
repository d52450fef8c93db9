"""What the help shows, and where words from elsewhere lead."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from counterflow.cli import app
from counterflow.cli.examples import EXAMPLES
from counterflow.cli.exits import CODE_BY_STATUS, MEANINGS
from counterflow.cli.foreign import NOUNS, OPTIONS, WORDS, hint_for, hint_for_unknown

ROOT: Any = typer.main.get_command(app.app)


def all_commands() -> dict[str, Any]:
    """Every command by its words, families included."""
    found: dict[str, Any] = {}

    def gather(words: str, command: Any) -> None:
        command = getattr(command, "loaded", command)
        found[words] = command
        for name, inner in getattr(command, "commands", {}).items():
            gather(f"{words} {name}".strip(), inner)

    gather("", ROOT)
    return found


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert app.main([*words, "--help"]) == 0
    return capsys.readouterr().out


def test_commands_stand_in_groups_and_none_in_none(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys)
    headings = [
        line.rstrip(":") for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")
    ]
    assert headings == ["Options", *app.GROUPS, "Examples", "Exit codes"]
    for name in ROOT.commands:
        assert f"\n  {name} " in text, name


def test_exit_codes_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys)
    for code, meaning in MEANINGS.items():
        assert f"\n  {code:<3}  {meaning[:40]}" in text
    assert set(CODE_BY_STATUS.values()) <= set(MEANINGS)


@pytest.mark.parametrize("words", all_commands())
def test_help_shows_arguments_by_their_names_and_examples(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, *words.split())
    assert re.findall(r"<[a-z]|\}\.\.\.|\{[A-Z]", text) == []
    for example in EXAMPLES.get(words, ()):
        assert f"\n  counterflow {example}\n" in text


@pytest.mark.parametrize(
    "words", [words for words, command in all_commands().items() if not hasattr(command, "commands")]
)
def test_every_command_has_an_example(words: str) -> None:
    simple = {"topology", "quarantine list"}
    assert words in EXAMPLES or words in simple


@pytest.mark.parametrize(
    "example", sorted({example for examples in EXAMPLES.values() for example in examples})
)
def test_every_example_is_a_command_line_that_is_understood(example: str) -> None:
    words = shlex.split(example, comments=True)
    command = ROOT
    while hasattr(command, "commands") and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
        command = getattr(command, "loaded", command)
    assert command is not ROOT
    assert command.make_context("counterflow", words).command is command


COMPLETIONS = [
    ("counterflow ", set(ROOT.commands)),
    ("counterflow jobs ", {"complete", "fail", "throw", "retries", "timeout"}),
    ("counterflow instances --sta", {"--state"}),
    ("counterflow instances --state ", {"active", "completed", "terminated"}),
    ("counterflow jobs --state ", {"activatable", "activated", "backing_off", "failed", "error_thrown"}),
]


@pytest.mark.parametrize("typed,offered", COMPLETIONS, ids=[typed for typed, _ in COMPLETIONS])
def test_completion(
    typed: str, offered: set[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_COUNTERFLOW_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split(" ")) - 1))
    app.main([])
    assert set(capsys.readouterr().out.split()) == offered


def test_help_pays_for_nothing_that_it_does_not_use() -> None:
    told = "import sys; from counterflow.cli.app import main; main(['--help']); print(*sorted({name.split('.')[0] for name in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.splitlines()[-1].split())
    assert loaded.isdisjoint(
        {
            "grpc",
            "google",
            "counterflow_wire",
            "rich",
            "lxml",
            "sqlalchemy",
            "msgspec",
            "SpiffWorkflow",
            "re2",
        }
    )


LEADS = [
    ("create instance order", "`counterflow start ID`"),
    ("create", "instance: `counterflow start ID`; worker: `counterflow worker FILE.py`"),
    ("create frogs", "instance: `counterflow start ID`"),
    ("list", "instance: `counterflow instances`"),
    ("list pi", "`counterflow instances`"),
    ("list incidents", "`counterflow incidents`"),
    ("get process-instance 5", "`counterflow show KEY`"),
    ("get topology", "`counterflow topology`"),
    ("status", "`counterflow topology`"),
    ("search jobs", "`counterflow jobs`"),
    ("activate jobs charge", "`counterflow worker FILE.py`"),
    ("complete job 5", "`counterflow jobs complete KEY`"),
    ("fail job 5", "`counterflow jobs fail KEY`"),
    ("throwError job 5", "`counterflow jobs throw KEY CODE`"),
    ("update retries 5", "`counterflow jobs retries KEY N`"),
    ("set variables 5", "`counterflow set-variables KEY JSON`"),
    ("generate completion bash", "`counterflow --install-completion`"),
    ("version", "`counterflow --version`"),
    ("help", "`counterflow --help`"),
    ("cancel instance 5", "`counterflow cancel KEY`"),
    ("cancel pi 5", "`counterflow cancel KEY`"),
    ("resolve incident 5", "`counterflow resolve INCIDENT`"),
    ("publish message paid", "`counterflow publish NAME --key KEY`"),
    ("deploy resource order.bpmn", "`counterflow deploy FILE`"),
    ("deploy process order.bpmn", "`counterflow deploy FILE`"),
    ("evaluate decision fee", "`counterflow evaluate DECISION`"),
]


@pytest.mark.parametrize("typed,ours", LEADS, ids=[typed for typed, _ in LEADS])
def test_words_of_other_command_lines_lead_to_ours(
    typed: str, ours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.main(typed.split()) == 2
    data, words = capsys.readouterr()
    assert ours in words
    assert data == ""


def test_every_lead_is_a_command_of_ours() -> None:
    for leads in WORDS.values():
        for line in leads.values():
            first = line.split(",")[0].split()[0]
            assert first in ROOT.commands or first.startswith("--"), line


@pytest.mark.parametrize(
    "words,option", [(words, option) for words, options in OPTIONS.items() for option in options]
)
def test_an_option_that_is_an_argument_here_is_told_so(
    words: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = all_commands()[words]
    known = {name for param in command.params for name in param.opts}
    ours = OPTIONS[words][option]
    assert option not in known
    assert ours.startswith(f"{words} ")
    assert set(re.findall(r"--[a-z-]+", ours)) <= known
    for typed in ([*words.split(), "5", option, "3"], [*words.split(), f"{option}=3"]):
        assert app.main(typed) == 2
        assert capsys.readouterr().err == f"There is no option {option} here: it is `counterflow {ours}`.\n"


@pytest.mark.parametrize("before", [("--message",), ("--",)])
def test_what_only_looks_like_an_option_is_a_value(
    before: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    app.main(["jobs", "throw", "5", *before, "--code", "--address", "127.0.0.1:1"])
    assert "There is no option" not in capsys.readouterr().err


def test_nouns_that_are_names_stay_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "resource").touch()
    assert hint_for(["publish", "message"]) == "", "a message of this name"
    assert hint_for(["publish", "message", "--key", "k"]) == ""
    assert hint_for(["deploy", "resource", "other.bpmn"]) == "", "a file of this name"
    assert hint_for(["cancel", "5", "6"]) == ""
    assert hint_for_unknown(["frobnicate"]) == ""


def test_an_unknown_word_that_looks_like_ours_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["instnces"]) == 2
    assert "Did you mean 'instances'?" in capsys.readouterr().err


def test_every_noun_is_used() -> None:
    assert {noun for leads in WORDS.values() for noun in leads} - {"version", "help"} == set(NOUNS)
