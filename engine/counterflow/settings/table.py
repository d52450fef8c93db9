"""The one table of settings: from it come flags, variables, keys of the TOML file and their help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from counterflow.model.events import CompensationOrder
from counterflow.settings import values
from counterflow.settings.settings import MEBIBYTE, LogFormat, LogLevel, TransportName
from counterflow.store.open import masked

EVERYDAY, CONNECTIONS, LIMITS = "Options", "Connections", "Times and limits"
"""The sections of the help that flags stand in."""


class Setting(NamedTuple):
    """A setting: the field of `Settings` (and key of the TOML file) it fills, and how it is read. It says
    what it means to a person, and what stands for its value in the help (nothing: the flag alone says true).

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
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"COUNTERFLOW_{self.name.upper()}"


_PORT = values.whole(0, 65_535)
_TIME_MS = values.whole(1, 86_400_000)

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "database",
        values.text,
        "where data is kept: sqlite:///FILE, or memory: to forget it at the end",
        "URL",
        shown=masked,
    ),
    Setting(
        "accept_loss",
        values.truth,
        "begin also where the database lacks something that was acknowledged, and go on without it",
    ),
    Setting(
        "take_over",
        values.truth,
        "begin also while another server has the database: that one is refused from then on, and ends",
    ),
    Setting(
        "host",
        values.host,
        "the address to listen on, or unix:PATH for a socket in the file system",
        "ADDRESS",
    ),
    Setting("grpc_port", _PORT, "where clients and workers call; 0: any free port", "PORT"),
    Setting(
        "http_port",
        values.port_or_off,
        "where clients call by HTTP (/v2); 0: any free port, off: none",
        "PORT",
    ),
    Setting(
        "management_port",
        values.port_or_off,
        "where health and metrics are asked for by HTTP; 0: any free port, off: none",
        "PORT",
    ),
    Setting(
        "unix_socket_mode",
        values.mode,
        "who may connect to a socket in the file system: its permissions in octal",
        "MODE",
        CONNECTIONS,
    ),
    Setting(
        "compensation_order",
        values.one_of(CompensationOrder),
        "the order of undo: mirror, parallel or sequential",
        "ORDER",
    ),
    Setting(
        "insecure_public",
        values.truth,
        "listen on a public address, although whoever reaches it may deploy, change and read anything",
    ),
    Setting(
        "hold_due",
        values.truth,
        "begin with everything that is due held, until `counterflow release-due`",
    ),
    Setting(
        "manual_clock",
        values.truth,
        "let callers set the clock (`PUT /v2/clock`), for tests of processes: never where work is done",
    ),
    Setting(
        "transport",
        values.one_of(TransportName),
        "who speaks gRPC: native, our own server, or grpcio, the library",
        "NAME",
        CONNECTIONS,
    ),
    Setting(
        "max_connection_age_ms",
        values.whole(0, 31_536_000_000),
        "how long a client keeps a connection before it is asked for a new one; 0: for ever",
        "MS",
        CONNECTIONS,
    ),
    Setting(
        "compressed_answer_bytes",
        values.whole(0, 256 * MEBIBYTE),
        "answers of so many bytes are compressed for clients that take it, by the native transport; 0: none",
        "BYTES",
        CONNECTIONS,
    ),
    Setting(
        "tls_certificate",
        values.file,
        "the server's certificate, and those between it and the authority clients trust, in PEM: turns "
        "TLS on",
        "FILE",
        CONNECTIONS,
    ),
    Setting("tls_key", values.file, "its private key in PEM, without a passphrase", "FILE", CONNECTIONS),
    Setting(
        "tls_client_authority",
        values.file,
        "who vouches for clients, in PEM: whoever has no certificate of theirs is not let in",
        "FILE",
        CONNECTIONS,
    ),
    Setting("request_timeout_ms", _TIME_MS, "how long a call may take", "MS", LIMITS),
    Setting("long_poll_ms", _TIME_MS, "how long a poll waits that does not say", "MS", LIMITS),
    Setting("shutdown_grace_ms", _TIME_MS, "how long calls may go on while the server stops", "MS", LIMITS),
    Setting(
        "message_bytes",
        values.whole(65_536, 256 * MEBIBYTE),
        "the largest message on the wire",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "variable_bytes",
        values.whole(1_024, 256 * MEBIBYTE),
        "the largest variables of one scope",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "resource_bytes",
        values.whole(1_024, 256 * MEBIBYTE),
        "the largest file that may be deployed",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "decision_elements",
        values.whole(100, 100_000_000),
        "XML elements of one decision file; a rule has two for each column",
        "N",
        LIMITS,
    ),
    Setting(
        "documents_bytes",
        values.whole(0, 1_048_576 * MEBIBYTE),
        "what documents may take together that clients keep beside the database",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "steps_without_wait",
        values.whole(10, 1_000_000),
        "elements that one command may enter again before it is held up by an incident",
        "N",
        LIMITS,
    ),
    Setting(
        "command_limit_ms",
        values.whole(500, 600_000),
        "how much processor time one command may take before it is broken off",
        "MS",
        LIMITS,
    ),
    Setting(
        "pending_commands",
        values.whole(1, 1_000_000),
        "commands that may wait for their commit before callers are sent away",
        "N",
        LIMITS,
    ),
    Setting(
        "pending_bytes",
        values.whole(65_536, 65_536 * MEBIBYTE),
        "bytes of commands that may wait for their commit",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "new_calls_at_once",
        values.whole(1, 1_000_000),
        "calls that begin instances or bring messages, carried out at a time",
        "N",
        LIMITS,
    ),
    Setting(
        "new_calls_in_line",
        values.whole(0, 1_000_000),
        "such calls that wait for their turn before callers are sent away",
        "N",
        LIMITS,
    ),
    Setting(
        "new_calls_in_burst",
        values.whole(0, 1_000_000),
        "such calls that wait where they came all at once, or no work goes on",
        "N",
        LIMITS,
    ),
    Setting(
        "refusal_pause_ms",
        values.whole(0, 60_000),
        "how late such callers are sent away, who might ask again at once",
        "MS",
        LIMITS,
    ),
    Setting(
        "waiting_calls",
        values.whole(1, 10_000_000),
        "polls, streams and calls for a result that may be open at once, of one connection a tenth",
        "N",
        LIMITS,
    ),
    Setting(
        "client_bytes",
        values.whole(65_536, 65_536 * MEBIBYTE),
        "bytes of requests that wait or are unfinished, and of answers that are unread, of all clients",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "connections",
        values.whole(1, 1_000_000),
        "connections that may be open; one that does nothing makes way for a new one",
        "N",
        LIMITS,
    ),
    Setting(
        "connections_per_address",
        values.whole(1, 1_000_000),
        "as above, of one address that is not of this machine",
        "N",
        LIMITS,
    ),
    Setting("cached_instances", values.whole(0, 10_000_000), "process instances kept in memory", "N", LIMITS),
    Setting(
        "cached_instance_bytes",
        values.whole(0, 65_536 * MEBIBYTE),
        "what those may take there",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "cached_model_bytes",
        values.whole(0, 65_536 * MEBIBYTE),
        "files whose processes, or decisions, are kept read; each takes some 25 times its size",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "cached_waiting",
        values.whole(0, 100_000_000),
        "jobs, timers, messages and subscriptions in memory, of each the first; the rest is read in turn",
        "N",
        LIMITS,
    ),
    Setting(
        "cached_message_bytes",
        values.whole(0, 65_536 * MEBIBYTE),
        "what messages that wait for somebody may take there",
        "BYTES",
        LIMITS,
    ),
    Setting(
        "reading_ms",
        values.whole(100, 3_600_000),
        "how long the files of one deployment may take to be read",
        "MS",
        LIMITS,
    ),
    Setting(
        "deployments_in_line",
        values.whole(0, 100_000),
        "deployments that wait to be read before callers are sent away",
        "N",
        LIMITS,
    ),
    Setting(
        "log_level",
        values.one_of(LogLevel),
        "the least that is logged: debug, info, warning or error",
        "LEVEL",
    ),
    Setting("log_format", values.one_of(LogFormat), "how it is logged: text or json", "FORMAT"),
)
