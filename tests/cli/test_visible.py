"""Text from elsewhere, as a person may be shown it."""

from __future__ import annotations

import io
import json
import logging
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.etree import fromstring

from counterflow.visible import LineFormatter, visible, visible_json, visible_line, visible_xml
from counterflow_worker import log_lines

CASES = [
    ("plain text, Köln, 日本, 👩\u200d🚀", "plain text, Köln, 日本, 👩\u200d🚀"),
    ("\x1b[2J", "\\x1b[2J"),
    ("\x9b31m", "\\x9b31m"),
    ("\x1b]8;;http://evil\x07click", "\\x1b]8;;http://evil\\x07click"),
    ("a\rb\x00\x7f", "a\\rb\\x00\\x7f"),
    ("abc\u202egpj.exe", "abc\\u202egpj.exe"),
    ("\u2066\ufeff\u200b\u2028", "\\u2066\\ufeff\\u200b\\u2028"),
    ("\U000e0041", "\\U000e0041"),
    ("\ud800", "\\ud800"),
    ("two\nlines\tand a tab", "two\nlines\tand a tab"),
]


@pytest.mark.parametrize("text,shown", CASES)
def test_what_a_terminal_would_obey_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert log_lines.visible(text) == shown


def test_a_line_stays_a_line() -> None:
    assert visible_line("done\nERROR forged\tx") == "done\\nERROR forged\\tx"


@given(st.text(st.characters()))
def test_nothing_is_left_that_moves_hides_or_turns(text: str) -> None:
    for character in visible_line(text):
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(character) not in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }
    assert log_lines.visible(text) == visible(text), "the worker shows what the engine shows"


@given(st.dictionaries(st.text(st.characters()), st.text(st.characters())), st.booleans())
def test_json_stays_exactly_the_same(data: dict[str, str], only_ascii: bool) -> None:
    shown = visible_json(json.dumps(data, ensure_ascii=False), only_ascii=only_ascii)
    assert json.loads(shown) == data
    assert visible(shown) == shown
    assert shown.isascii() or not only_ascii


def test_xml_means_the_same() -> None:
    text = "<text>Köln \u202e\x9b日</text>"
    assert visible_xml(text) == "<text>Köln &#8238;&#155;日</text>"
    assert (
        fromstring(visible_xml(text)).text
        == fromstring(visible_xml(text, only_ascii=True)).text
        == "Köln \u202e\x9b日"
    )
    assert visible_xml(text, only_ascii=True).isascii()


@pytest.mark.parametrize("formatter", [LineFormatter, log_lines.LineFormatter])
def test_a_log_record_is_one_line_and_its_traceback_indented(formatter: type[logging.Formatter]) -> None:
    page = io.StringIO()
    handler = logging.StreamHandler(page)
    handler.setFormatter(formatter("%(levelname)s %(message)s"))
    error = ValueError("refused\nERROR forged \x1b[31m")
    handler.emit(
        logging.LogRecord(
            "n", logging.WARNING, "f", 1, "job %s", ("a\nERROR forged \x1b[2J",), (type(error), error, None)
        )
    )
    first, *others = page.getvalue().splitlines()
    assert first == "WARNING job a\\nERROR forged \\x1b[2J"
    assert others[-1] == "  ERROR forged \\x1b[31m"
    assert all(line.startswith("  ") for line in others)
