"""Log lines: one a record whatever is in it, as text or JSON, and without what is not for logs."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from counterflow import logs
from counterflow.settings import LogFormat, LogLevel, Settings
from counterflow.store.port import StoreError
from tests.cli.test_hostile_text import SEIZING, seizes


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """What `begin` sets is set back."""
    root, ours = logging.getLogger(), logging.getLogger("counterflow")
    before = (list(root.handlers), root.level, ours.level)
    yield
    root.handlers[:], root.level = before[0], before[1]
    ours.setLevel(before[2])


def lines_of(
    formatter: logging.Formatter,
    message: str,
    *values: object,
    exc_info: BaseException | None = None,
    extra: dict[str, object] | None = None,
) -> list[str]:
    """A record's lines.

    No logger hands it on: what only our formatters make harmless must not reach the report of the tests.
    """
    fault = None if exc_info is None else (type(exc_info), exc_info, exc_info.__traceback__)
    record = logging.getLogger("counterflow.test").makeRecord(
        "counterflow.test", logging.ERROR, __file__, 1, message, values, fault, extra=extra
    )
    return formatter.format(record).splitlines()


def fail() -> None:
    """An exception of somebody else's, whose words quote a value, on the way to one of ours."""
    try:
        int("4111-1111")
    except ValueError as error:
        raise StoreError("the database said: disk full") from error


def a_fault() -> BaseException:
    with pytest.raises(StoreError) as raised:
        fail()
    return raised.value


@pytest.mark.parametrize("formatter", [logs.TextLines(logs.TEXT), logs.JsonLines()], ids=["text", "JSON"])
def test_no_text_seizes_the_terminal_or_begins_a_line(formatter: logging.Formatter) -> None:
    (line,) = lines_of(
        formatter,
        "At '%s'",
        f"{SEIZING}\ud800",
        extra={"fields": {"element_id": SEIZING, "inner": {"x": SEIZING}}},
    )
    assert not seizes(line)
    assert "At '" in line


def test_json_says_the_same_exactly() -> None:
    (line,) = lines_of(logs.JsonLines(), "At '%s'", SEIZING, extra={"fields": {"element_id": SEIZING}})
    said = json.loads(line)
    assert said["time"].endswith("+00:00")
    assert (said["level"], said["logger"], said["message"], said["element_id"]) == (
        "error",
        "counterflow.test",
        f"At '{SEIZING}'",
        SEIZING,
    )


def test_an_exception_is_told_with_its_places_and_without_the_values_that_others_quote() -> None:
    first, *below = lines_of(logs.TextLines(logs.TEXT), "Fault", exc_info=a_fault())
    (line,) = lines_of(logs.JsonLines(), "Fault", exc_info=a_fault())
    assert first.endswith("ERROR counterflow.test: Fault")
    assert all(one.startswith("  ") for one in below)
    for told in ("\n".join(below), json.loads(line)["exception"]):
        assert "in fail" in told
        assert "ValueError\n" in told
        assert "counterflow.store.port.StoreError: the database said: disk full" in told
        assert "4111" not in told.replace('int("4111-1111")', "")  # but for this very source line


def test_an_error_of_the_system_says_why() -> None:
    assert "PermissionError: [Errno 13] no: '/x'" in "\n".join(
        lines_of(logs.TextLines(logs.TEXT), "x", exc_info=PermissionError(13, "no", "/x"))
    )


LEVELS = [
    (LogLevel.DEBUG, ["debug", "info", "warning", "error", "warning of a library"]),
    (LogLevel.INFO, ["info", "warning", "error", "warning of a library"]),
    (LogLevel.WARNING, ["warning", "error", "warning of a library"]),
    (LogLevel.ERROR, ["error"]),
]


@pytest.mark.parametrize("level,said", LEVELS, ids=[level for level, _ in LEVELS])
@pytest.mark.usefixtures("logging_as_before")
def test_the_least_that_is_logged(
    level: LogLevel, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.begin(Settings(log_level=level, log_format=LogFormat.JSON))
    for name in ("debug", "info", "warning", "error"):
        logging.getLogger("counterflow.test").log(logging.getLevelNamesMapping()[name.upper()], name)
    logging.getLogger("library").info("info of a library")
    logging.getLogger("library").warning("warning of a library")
    assert [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()] == said
