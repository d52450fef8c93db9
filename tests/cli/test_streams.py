"""Whatever is said can be said on a terminal that has only ASCII."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from counterflow.cli import drawing
from counterflow.cli.app import main
from counterflow.cli.exits import MEANINGS
from counterflow.cli.output import give, give_drawing, give_json, give_table, say
from counterflow.cli.streams import SUBSTITUTES, use_plain_streams
from counterflow.edge.grpc.counterflow_v1.to_wire import tree
from counterflow.queries.instances import process_instance
from tests.queries.models import TRIP, engine_with


class Terminal:
    """stdout and stderr with only ASCII."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._pages = {name: io.BytesIO() for name in ("stdout", "stderr")}
        for name, page in self._pages.items():
            monkeypatch.setattr(f"sys.{name}", io.TextIOWrapper(page, encoding="ascii", write_through=True))
        use_plain_streams()

    def said(self, name: str = "stdout", encoding: str = "ascii") -> str:
        return self._pages[name].getvalue().decode(encoding)


def test_signs_of_ours_have_substitutes_and_others_are_spelled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    give("✓ Köln → 日 …")
    say("● 👍")
    assert terminal.said() == "+ K\\xf6ln -> \\u65e5 ...\n"
    assert terminal.said("stderr") == "* \\U0001f44d\n"


def test_json_is_exact_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    data = {"Köln": "日 👍", "number": 2**70}
    give_json(data)
    assert json.loads(terminal.said()) == data


def test_a_table_and_a_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    engine = engine_with(TRIP.replace(b"Book hotel", "Zimmer für Åse".encode()))
    key = engine.start("trip", {"ort": "Köln"})
    engine.fail("book-hotel", retries=0, message="→ nein")
    give_table(("KEY",), [("ä",)])
    answer = tree(process_instance(engine.store, key))
    give_drawing(drawing.draw(answer, engine.now_ms))
    give_drawing(drawing.draw_timeline(answer, engine.now_ms))
    said = terminal.said()
    assert "\\xe4\n" in said
    assert "+-- + start" in said
    assert "* Zimmer f\\xfcr \\xc5se" in said
    assert "-> Mend what" in said
    assert "\n  Zimmer f\\xfcr \\xc5se  #  " in said


def test_help(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    for words in ([], ["deploy"], ["jobs"], ["jobs", "fail"], ["dmn", "eval"]):
        assert main([*words, "--help"]) == 0
    assert main(["nothing-like-it"]) == 2
    help_of_all = terminal.said(
        encoding="utf-8"
    )  # typer writes so wherever it is told that there is only ASCII
    assert help_of_all.count("Usage: ") == 5
    assert "list[" not in help_of_all


def test_every_sign_of_a_drawing_has_a_substitute() -> None:
    assert {mark for mark, _ in drawing.MARKS.values()} <= set(SUBSTITUTES)
    assert set("↶→…⏱✉▦⚠█") <= set(SUBSTITUTES)
    assert all(words.isascii() for words in (*SUBSTITUTES.values(), *MEANINGS.values()))


@pytest.mark.parametrize("words", [["--version"], ["feel", "1 + 1"], ["--help"]])
def test_a_stdout_that_takes_nothing_is_told_of(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(words) == 1
    assert "Expected to write the answer to stdout, but that says: No space left" in capsys.readouterr().err


def test_a_stdout_that_is_closed_is_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["--version"]) == 1
    assert "Expected to write the answer to stdout, but that says: Bad file" in capsys.readouterr().err


def test_nobody_who_listens_to_words_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["lint", "/nowhere.bpmn"]) == 3
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("counterflow ")
