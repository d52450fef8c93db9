"""JSON objects and files as they are given on the command line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from counterflow.cli.exits import NOT_FOUND, USAGE, Failure
from counterflow.cli.options import interruptible, read_duration_ms, read_file, read_object, shown


def test_an_object_as_text_from_a_file_and_from_stdin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{"a": 1}'
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert (
        read_object(text, "JSON")
        == read_object(f"@{tmp_path / 'a.json'}", "JSON")
        == read_object("-", "JSON")
        == text
    )


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "text", ["", "[]", "1", "null", '"a"', "{", "{a: 1}", '{"a": NaN}', '{"a": -Infinity}', f'{{"a": {DEEP}']
)
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="JSON: expected a JSON object") as refused:
        read_object(text, "JSON")
    assert refused.value.code == USAGE


def test_no_number_is_too_long_to_be_given() -> None:
    text = f'{{"a": 1{"0" * 5_000}, "b": 1e999999}}'
    assert read_object(text, "JSON") == text


def test_bytes_on_stdin_that_are_no_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"a": "\xff"}'), encoding="utf-8"))
    with pytest.raises(Failure, match="stdin: expected text in UTF-8, but byte 7 is none") as refused:
        read_object("-", "JSON")
    assert refused.value.code == USAGE


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_text('{"a": 1}', encoding="utf-8-sig")
    monkeypatch.setattr("sys.stdin", io.StringIO('\ufeff{"a": 1}'))
    assert read_object(f"@{tmp_path / 'a.json'}", "JSON") == read_object("-", "JSON") == '{"a": 1}'


def test_a_file_in_another_encoding_is_refused_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes('{"a": "é"}'.encode("latin-1"))
    with pytest.raises(Failure, match="expected text in UTF-8, but byte 7 is none") as refused:
        read_object(f"@{tmp_path / 'a.json'}", "JSON")
    assert refused.value.code == USAGE


@pytest.mark.parametrize(
    "text, milliseconds",
    [
        ("0", 0),
        ("500", 500),
        ("500ms", 500),
        ("30s", 30_000),
        ("1.5s", 1_500),
        (" 5 m ", 300_000),
        ("2h", 7_200_000),
        ("1d", 86_400_000),
    ],
)
def test_a_length_of_time(text: str, milliseconds: int) -> None:
    assert read_duration_ms(text, "--ttl") == milliseconds


@pytest.mark.parametrize("text", ["", "s", "-1", "-1s", "1 week", "PT30S", "1e3", "٣s", "1" * 13])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="--ttl: expected a length of time such as 30s") as refused:
        read_duration_ms(text, "--ttl")
    assert refused.value.code == USAGE


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="expected a file that can be read: Is a directory") as refused:
        read_file(tmp_path)
    assert refused.value.code == NOT_FOUND


def test_long_text_is_shown_short() -> None:
    assert len(shown("x" * 1_000)) < 70


def test_an_interruption_is_a_good_end(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    interruptible(interrupted)
    assert capsys.readouterr().err == "\n"
