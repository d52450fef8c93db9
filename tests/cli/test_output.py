"""How times, tables and long texts are written."""

from __future__ import annotations

import pytest

from counterflow.cli.output import (
    count,
    duration,
    give_json,
    give_json_text,
    give_table,
    json_data,
    moment,
    ordinal,
    say,
    shortened,
)

DURATIONS = [
    (0, "0 ms"),
    (999, "999 ms"),
    (1_000, "1.0 s"),
    (59_940, "59.9 s"),
    (60_000, "1 m 0 s"),
    (200_000, "3 m 20 s"),
    (3_600_000, "1 h 0 m"),
    (7_500_000, "2 h 5 m"),
    (90_000_000, "1 d 1 h"),
]


@pytest.mark.parametrize("milliseconds,words", DURATIONS)
def test_a_duration_has_the_units_that_matter(milliseconds: int, words: str) -> None:
    assert duration(milliseconds) == words


@pytest.mark.parametrize(
    "number,word",
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_ordinals(number: int, word: str) -> None:
    assert ordinal(number) == word


def test_a_moment_is_utc_to_the_millisecond() -> None:
    assert moment(1_700_000_000_007) == "2023-11-14 22:13:20.007Z"
    assert moment(None) == "-"


@pytest.mark.parametrize("at_ms", [2**53, -(2**53)])
def test_a_moment_beyond_the_calendar_is_a_number(at_ms: int) -> None:
    assert moment(at_ms) == f"{at_ms} ms since 1970"


def test_long_text_is_cut_and_kept_on_one_line() -> None:
    assert shortened("a\n b", 10) == "a b"
    assert shortened("abcdef", 4) == "abc…"


def test_a_table_is_aligned_and_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    give_table(("KEY", "NAME"), [(1, "a long name"), (10_000, "b")])
    assert capsys.readouterr() == ("KEY    NAME\n1      a long name\n10000  b\n", "")


def test_fractions_keep_every_digit_and_every_size(capsys: pytest.CaptureFixture[str]) -> None:
    text = '{"a": 0.1000000000000000055511151231257827, "b": 1E+400, "c": [1.50, ' + "9" * 5_000 + "]}"
    give_json(json_data(text), one_line=True)
    assert capsys.readouterr().out == f"{text}\n"


def test_json_text_is_given_as_it_is_but_for_what_a_terminal_would_obey(
    capsys: pytest.CaptureFixture[str],
) -> None:
    give_json_text('{"a" : "\x9b\u202e"}')
    assert capsys.readouterr().out == '{"a" : "\\u009b\\u202e"}\n'


@pytest.mark.parametrize(
    "number,words", [(0, "0 files, 0 retries"), (1, "1 file, 1 retry"), (2, "2 files, 2 retries")]
)
def test_things_are_counted(number: int, words: str) -> None:
    assert f"{count(number, 'file')}, {count(number, 'retry')}" == words


def test_json_keeps_every_digit_and_every_letter(capsys: pytest.CaptureFixture[str]) -> None:
    give_json({"a": 2**70, "b": "Köln"}, one_line=True)
    assert capsys.readouterr().out == '{"a": 1180591620717411303424, "b": "Köln"}\n'


def test_words_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    say("told")
    assert capsys.readouterr() == ("", "told\n")
