"""What the server says while it runs, on stderr: a line a record, as text for people or as JSON. JSON is for
programs that collect logs.

Names of models, messages of workers and whatever else came from elsewhere stand in these lines, so all that a
terminal would obey or hide is spelled out (`visible.py`), and no text can pretend to be a line of its own.
Values of variables are nobody's business here: what an exception of another library says may quote one, so of
such an exception only the type is told, with the places that it came through.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from counterflow.settings import LogFormat, Settings, unknown_variables
from counterflow.visible import LineFormatter, visible, visible_json

logger = logging.getLogger("counterflow.server")

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
OURS = ("counterflow", "counterflow_wire")
"""Packages whose exceptions name keys and ids, never values."""


def begin(settings: Settings) -> None:
    """From now on log to stderr, as the settings say. Of libraries nothing is logged below a warning."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.log_format is LogFormat.JSON else TextLines(TEXT))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    logging.getLogger("counterflow").setLevel(level)
    # says of every form that a client has broken where it is; the client is told
    logging.getLogger("python_multipart").setLevel(logging.ERROR)


def warn_of_variables(environment: Mapping[str, str]) -> None:
    """Name the environment's variables that somebody has meant for the server and that it does not have."""
    for sentence in unknown_variables(environment):
        logger.warning("%s", sentence)


def logs_for_programs(settings: Settings, error: Exception) -> bool:
    """Where programs read the log, why the server cannot begin is a line of it; answers whether they do."""
    if settings.log_format is not LogFormat.JSON:
        return False
    logger.critical("The server cannot begin: %s", error)
    return True


class TextLines(LineFormatter):
    """A line a record; below it, indented, the places that an exception came through."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        """The exception without what is not for logs."""
        return "\n".join(f"  {line}" for line in visible(chain_of(ei[1])).split("\n"))


class JsonLines(logging.Formatter):
    """An object a record: `time` (ISO 8601, UTC), `level`, `logger`, `message`, its `fields`, `exception`.
    The last two where there are any.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            said["exception"] = chain_of(record.exc_info[1])
        return visible_json(json.dumps(said, ensure_ascii=False))


def chain_of(error: BaseException) -> str:
    """An exception and those it came from, the last one last, without the words of others' exceptions. They
    are told as Python tells them.
    """
    return "\n".join(
        text.rstrip("\n")
        for one in _chain(error)
        for text in (*traceback.format_tb(one.__traceback__), _words(one))
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _chain(before)
    yield error


def _words(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    is_safe = kind.__module__.partition(".")[0] in OURS or isinstance(error, OSError)
    return f"{name}: {error}" if is_safe else name
