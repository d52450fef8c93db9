"""What the server can be told: one table of settings, read from flags, environment variables and a TOML file,
in that order.

A value that cannot be used is refused with a sentence that names where it came from; all such values are told
at once.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote

from counterflow.documents.limits import DECISION_LIMITS
from counterflow.model.graph import CompensationOrder
from counterflow.store.open import masked

MEBIBYTE = 1024 * 1024
UNIX = "unix:"
"""Before the path of a socket in the file system, in the place of a host, as in gRPC's names: what no URI may
have is written `%20` there.
"""
CONFIG_VARIABLE = "COUNTERFLOW_CONFIG"
"""Names the TOML file where no flag does."""
CLIENT_VARIABLES = ("COUNTERFLOW_TOKEN",)
"""Those that are meant for commands and workers."""


EVERYDAY, CONNECTIONS, LIMITS = "Options", "Connections", "Times and limits"
"""The sections of the help that flags stand in."""


class SettingsError(Exception):
    """Settings that cannot be used: one line for each."""


class TransportName(StrEnum):
    """Who speaks gRPC."""

    NATIVE = "native"
    GRPCIO = "grpcio"


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How it is written."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server runs. Ports: 0 means any free one. Times are milliseconds, sizes bytes."""

    database_url: str = "sqlite:///counterflow.db"
    host: str = "127.0.0.1"
    grpc_port: int = 26500
    unix_socket_mode: str = "0600"
    compensation_order: CompensationOrder = CompensationOrder.MIRROR
    insecure_public: bool = False
    transport: TransportName = TransportName.NATIVE
    max_connection_age_ms: int = 0
    compressed_answer_bytes: int = 0
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_client_authority: Path | None = None
    request_timeout_ms: int = 15_000
    long_poll_ms: int = 10_000
    shutdown_grace_ms: int = 10_000
    message_bytes: int = 4 * MEBIBYTE
    variable_bytes: int = 2 * MEBIBYTE
    resource_bytes: int = DECISION_LIMITS.resource_bytes
    decision_elements: int = DECISION_LIMITS.elements
    steps_without_wait: int = 1_000
    pending_commands: int = 4_000
    pending_bytes: int = 64 * MEBIBYTE
    new_calls_at_once: int = 16
    new_calls_in_line: int = 96
    new_calls_in_burst: int = 1_000
    refusal_pause_ms: int = 1_000
    waiting_calls: int = 10_000
    waiting_bytes: int = 64 * MEBIBYTE
    cached_instances: int = 4_000
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.TEXT

    @property
    def unix_socket(self) -> Path | None:
        """The socket in the file system to listen on, where the host names one; the port then says
        nothing.
        """
        return Path(unquote(self.host.removeprefix(UNIX))) if self.host.startswith(UNIX) else None


Choice = TypeVar("Choice", bound=StrEnum)


class BadValue(Exception):
    """Why a value cannot be used: `expected …, found …`."""


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadValue(f"expected text, found {value!r}")
    return value


def _host(value: object) -> str:
    """A host, or `unix:PATH`, of which gRPC knows `unix:///PATH` as well."""
    text = _text(value).strip()
    if not text.startswith(UNIX):
        return text
    path = text.removeprefix(UNIX)
    if path.startswith("//"):
        path = path[2:] if path.startswith("///") else ""
    if not path or path.endswith("/"):
        raise BadValue(f"expected the path of a socket, such as unix:/run/counterflow.sock, found {value!r}")
    return f"{UNIX}{path}"


def _mode(value: object) -> str:
    """Permissions of a file, as `chmod` takes them: a number in TOML would be decimal."""
    if not isinstance(value, str) or not re.fullmatch(r"(0o?)?[0-7]{3}", value.strip()):
        raise BadValue(f'expected the permissions of a file in octal, such as "0660", found {value!r}')
    return value.strip()


def _file(value: object) -> Path:
    path = Path(_text(value))
    if not path.is_file():
        raise BadValue(f"expected a file, found {'a folder' if path.is_dir() else 'none'} at {path}")
    return path


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if not isinstance(value, str) or value.strip().lower() not in words:
        raise BadValue(f"expected true or false, found {value!r}")
    return words[value.strip().lower()]


def _one_of(choices: type[Choice]) -> Callable[[object], Choice]:
    def read(value: object) -> Choice:
        try:
            return choices(str(value).strip().lower())
        except ValueError:
            raise BadValue(f"expected one of {', '.join(choices)}, found {value!r}") from None

    return read


def _whole(least: int, most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        try:
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            number = None
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            raise BadValue(f"expected a whole number from {least} to {most}, found {value!r}")
        return number

    return read


class Setting(NamedTuple):
    """A setting: the field of `Settings` (and key of the TOML file) it fills, how it is read, what it means
    to a person, and what stands for its value in the help (nothing: the flag alone says true).

    `section` is where in the help it stands; `shown` takes out of a text what no log and no message may hold.
    """

    name: str
    read: Callable[[object], Any]
    meaning: str
    value: str = ""
    section: str = EVERYDAY
    shown: Callable[[str], str] = str

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return "--database" if self.name == "database_url" else f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"COUNTERFLOW_{self.name.upper()}"


_PORT = _whole(0, 65_535)
_TIME_MS = _whole(1, 86_400_000)

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "database_url",
        _text,
        "where data is kept: sqlite:///FILE, or memory: to forget it at the end",
        "URL",
        shown=masked,
    ),
    Setting(
        "host", _host, "the address to listen on, or unix:PATH for a socket in the file system", "ADDRESS"
    ),
    Setting("grpc_port", _PORT, "where clients and workers call; 0: any free port", "PORT"),
    Setting(
        "unix_socket_mode",
        _mode,
        "who may connect to a socket in the file system: its permissions in octal",
        "MODE",
        CONNECTIONS,
    ),
    Setting(
        "compensation_order",
        _one_of(CompensationOrder),
        "the order of undo: mirror, parallel or sequential",
        "ORDER",
    ),
    Setting(
        "insecure_public", _truth, "listen on a public address, although whoever reaches it may do anything"
    ),
    Setting(
        "transport",
        _one_of(TransportName),
        "who speaks gRPC: native, our own server, or grpcio, the library",
        "NAME",
        CONNECTIONS,
    ),
    Setting(
        "max_connection_age_ms",
        _whole(0, 31_536_000_000),
        "how long a client keeps a connection before it is asked for a new one; 0: for ever",
        "MS",
        CONNECTIONS,
    ),
    Setting(
        "compressed_answer_bytes",
        _whole(0, 256 * MEBIBYTE),
        "answers of so many bytes are compressed for clients that take it, by the native transport; 0: none",
        "BYTES",
        CONNECTIONS,
    ),
    Setting(
        "tls_certificate",
        _file,
        "the server's certificate, and those between it and the authority clients trust, in PEM: turns "
        "TLS on",
        "FILE",
        CONNECTIONS,
    ),
    Setting("tls_key", _file, "its private key in PEM, without a passphrase", "FILE", CONNECTIONS),
    Setting(
        "tls_client_authority",
        _file,
        "who vouches for clients, in PEM: whoever has no certificate of theirs is not let in",
        "FILE",
        CONNECTIONS,
    ),
    Setting("request_timeout_ms", _TIME_MS, "how long a call may take", "MS", LIMITS),
    Setting("long_poll_ms", _TIME_MS, "how long a poll waits that does not say", "MS", LIMITS),
    Setting("shutdown_grace_ms", _TIME_MS, "how long calls may go on while the server stops", "MS", LIMITS),
    Setting(
        "message_bytes",
        _whole(65_536, 256 * MEBIBYTE),
        "the largest message on the wire",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "variable_bytes",
        _whole(1_024, 256 * MEBIBYTE),
        "the largest variables of one scope",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "resource_bytes",
        _whole(1_024, 256 * MEBIBYTE),
        "the largest file that may be deployed",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "decision_elements",
        _whole(100, 100_000_000),
        "XML elements of one decision file; a rule has two for each column",
        "N",
        LIMITS,
    ),
    Setting(
        "steps_without_wait",
        _whole(10, 1_000_000),
        "elements that one command may enter again before it is held up by an incident",
        "N",
        LIMITS,
    ),
    Setting(
        "pending_commands",
        _whole(1, 1_000_000),
        "commands that may wait for their commit before callers are sent away",
        "N",
        LIMITS,
    ),
    Setting(
        "pending_bytes",
        _whole(65_536, 65_536 * MEBIBYTE),
        "bytes of commands that may wait for their commit",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "new_calls_at_once",
        _whole(1, 1_000_000),
        "calls that begin instances or bring messages, carried out at a time",
        "N",
        LIMITS,
    ),
    Setting(
        "new_calls_in_line",
        _whole(0, 1_000_000),
        "such calls that wait for their turn before callers are sent away",
        "N",
        LIMITS,
    ),
    Setting(
        "new_calls_in_burst",
        _whole(0, 1_000_000),
        "such calls that wait where they came all at once, or no work goes on",
        "N",
        LIMITS,
    ),
    Setting(
        "refusal_pause_ms",
        _whole(0, 60_000),
        "how late such callers are sent away, who might ask again at once",
        "MS",
        LIMITS,
    ),
    Setting(
        "waiting_calls",
        _whole(1, 10_000_000),
        "polls, streams and calls for a result that may be open at once",
        "N",
        LIMITS,
    ),
    Setting(
        "waiting_bytes",
        _whole(65_536, 65_536 * MEBIBYTE),
        "bytes of requests that may wait, for their turn or their answer",
        "BYTES",
        LIMITS,
    ),
    Setting("cached_instances", _whole(0, 10_000_000), "process instances kept in memory", "N", LIMITS),
    Setting(
        "log_level", _one_of(LogLevel), "the least that is logged: debug, info, warning or error", "LEVEL"
    ),
    Setting("log_format", _one_of(LogFormat), "how it is logged: text or json", "FORMAT"),
)


def read_settings(
    flags: Mapping[str, object], environment: Mapping[str, str], file: Path | None = None
) -> Settings:
    """Settings from flags (by field name; None means not given), then the environment, then a TOML file, then
    defaults.

    The file is `file`, or the one that `COUNTERFLOW_CONFIG` names. Raises `SettingsError`.
    """
    problems: list[str] = []
    named = environment.get(CONFIG_VARIABLE, "")
    path = file or (Path(named) if named else None)
    table = _read_file(path, problems) if path is not None else {}
    chosen: dict[str, Any] = {}
    for setting in SETTINGS:
        for source, value in _sources(setting, flags, environment, table, path):
            try:
                chosen[setting.name] = setting.read(value)
            except BadValue as bad:
                problems.append(f"{source}: {setting.shown(str(bad))}")
            break
    settings = Settings(**chosen)
    problems += _refusals(settings)
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def differing(settings: Settings) -> dict[str, str]:
    """The settings that are not at their defaults, as they may be shown: without secrets."""
    default = Settings()
    values = ((setting, getattr(settings, setting.name)) for setting in SETTINGS)
    return {
        setting.name: setting.shown(str(value))
        for setting, value in values
        if value != getattr(default, setting.name)
    }


def unknown_variables(environment: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each variable that looks like one of ours and is none; its value is not told."""
    known = [CONFIG_VARIABLE, *CLIENT_VARIABLES, *(setting.variable for setting in SETTINGS)]
    for name in sorted(environment):
        if name.upper().startswith("COUNTERFLOW_") and name not in known:
            yield (
                f"There is no variable {name}, so it changes nothing; the nearest one is "
                f"{_nearest(name.upper(), known)}"
            )


def _nearest(name: str, known: Sequence[str]) -> str:
    return difflib.get_close_matches(name, known, n=1, cutoff=0)[0]


def _sources(
    setting: Setting,
    flags: Mapping[str, object],
    environment: Mapping[str, str],
    table: Mapping[str, object],
    path: Path | None,
) -> Iterator[tuple[str, object]]:
    name = setting.name
    if flags.get(name) is not None:
        yield setting.flag, flags[name]
    if environment.get(setting.variable):
        yield setting.variable, environment[setting.variable]
    if name in table:
        yield f"{path}, {name}", table[name]


def _read_file(path: Path, problems: list[str]) -> Mapping[str, object]:
    import tomllib  # noqa: PLC0415 - most servers have no such file

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}")
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path}: is not TOML: {error}")
        return {}
    known = [setting.name for setting in SETTINGS]
    problems += (
        f"{path}, {name}: there is no such setting; the nearest one is {_nearest(name, known)}, and "
        "`counterflow serve --help` lists all"
        for name in sorted(set(table) - set(known))
    )
    return table


def _refusals(settings: Settings) -> Iterator[str]:
    if (
        not settings.insecure_public
        and settings.tls_client_authority is None
        and not is_loopback(settings.host)
    ):
        lacks = "neither TLS nor authentication" if settings.tls_certificate is None else "no authentication"
        yield (
            f"host {settings.host}: expected a loopback address such as 127.0.0.1, since this server has "
            f"{lacks} of its own and whoever reaches the port may do anything; let only clients in whose "
            "certificates you trust (tls_certificate, tls_key, tls_client_authority), put a proxy in front "
            "of it, or say --insecure-public if the network is yours"
        )
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        there, missing = (
            ("tls_certificate", "tls_key") if settings.tls_key is None else ("tls_key", "tls_certificate")
        )
        yield f"{missing}: expected a file, found nothing, though there is a {there}; TLS takes both, in PEM"
    elif settings.tls_client_authority is not None and settings.tls_certificate is None:
        yield (
            "tls_certificate, tls_key: expected a file for each, found nothing, though there is a "
            "tls_client_authority"
        )
    if settings.variable_bytes > settings.message_bytes:
        yield (
            f"variable_bytes {settings.variable_bytes}: expected at most message_bytes "
            f"({settings.message_bytes}), or no worker could ever receive them"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host.lower() == "localhost" or host.startswith(UNIX):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
