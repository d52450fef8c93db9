"""How a server runs, as one frozen record."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote

from counterflow.documents.limits import DECISION_LIMITS
from counterflow.model.events import CompensationOrder

MEBIBYTE = 1024 * 1024
UNIX = "unix:"
"""Before the path of a socket in the file system, in the place of a host, as in gRPC's names. What no URI may
have is written `%20` there.
"""


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
    """How a server runs. Ports: 0 means any free one, None nothing. Times are milliseconds, sizes bytes."""

    database: str = "sqlite:///counterflow.db"
    accept_loss: bool = False
    take_over: bool = False
    host: str = "127.0.0.1"
    grpc_port: int = 26500
    http_port: int | None = 8080
    management_port: int | None = 9600
    unix_socket_mode: str = "0600"
    compensation_order: CompensationOrder = CompensationOrder.MIRROR
    insecure_public: bool = False
    hold_due: bool = False
    manual_clock: bool = False
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
    documents_bytes: int = 1_024 * MEBIBYTE
    steps_without_wait: int = 1_000
    command_limit_ms: int = 2_000
    pending_commands: int = 4_000
    pending_bytes: int = 64 * MEBIBYTE
    new_calls_at_once: int = 16
    new_calls_in_line: int = 96
    new_calls_in_burst: int = 1_000
    refusal_pause_ms: int = 1_000
    waiting_calls: int = 10_000
    client_bytes: int = 96 * MEBIBYTE
    connections: int = 1_000
    connections_per_address: int = 500
    cached_instances: int = 4_000
    cached_instance_bytes: int = 64 * MEBIBYTE
    cached_model_bytes: int = 4 * MEBIBYTE
    cached_waiting: int = 10_000
    cached_message_bytes: int = 8 * MEBIBYTE
    reading_ms: int = 20_000
    deployments_in_line: int = 16
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.TEXT

    @property
    def unix_socket(self) -> Path | None:
        """The socket in the file system to listen on, where the host names one; None where it does not. The
        port says nothing beside one.
        """
        return Path(unquote(self.host.removeprefix(UNIX))) if self.host.startswith(UNIX) else None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host.lower() == "localhost" or host.startswith(UNIX):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
