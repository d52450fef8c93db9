"""Commands that run something: the server, the server for a developer's own machine, a worker; and one that
asks who is there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterflow import __version__
from counterflow.cli.address import choose_address
from counterflow.cli.exits import FAILED, NOT_FOUND, USAGE, Failure
from counterflow.cli.options import AddressOption, JsonOption, address_of_all, remote
from counterflow.cli.output import give, give_json, give_table, say

if TYPE_CHECKING:
    from counterflow.server import Server
    from counterflow.settings import Settings

Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="sqlite:///FILE, or memory: to forget it at the end."),
]
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="ADDRESS", help="The address to listen on, or unix:PATH for a socket."),
]
GrpcPort = Annotated[
    str | None,
    typer.Option("--grpc-port", metavar="PORT", help="Where clients and workers call; 0 means any free one."),
]
Order = Annotated[
    str | None,
    typer.Option("--compensation-order", metavar="ORDER", help="Of undo: mirror, parallel or sequential."),
]
Public = Annotated[
    bool | None,
    typer.Option(
        "--insecure-public", help="Listen on a public address, though whoever reaches it may do anything."
    ),
]
Certificate = Annotated[
    str | None,
    typer.Option(
        "--tls-certificate", metavar="FILE", help="The server's certificate chain in PEM: turns TLS on."
    ),
]
Key = Annotated[
    str | None,
    typer.Option("--tls-key", metavar="FILE", help="Its private key in PEM, without a passphrase."),
]
Authority = Annotated[
    str | None,
    typer.Option(
        "--tls-client-authority",
        metavar="FILE",
        help="Let only clients in whose certificates these vouch for, in PEM.",
    ),
]
LogLevelOption = Annotated[
    str | None,
    typer.Option(
        "--log-level", metavar="LEVEL", help="The least that is logged: debug, info, warning or error."
    ),
]
LogFormatOption = Annotated[
    str | None, typer.Option("--log-format", metavar="FORMAT", help="Of log lines: text or json.")
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="A TOML file with these and all other settings."),
]


def serve(  # noqa: PLR0913, PLR0917 - a parameter is an option of the command line
    database: Database = None,
    host: Host = None,
    grpc_port: GrpcPort = None,
    compensation_order: Order = None,
    insecure_public: Public = None,
    tls_certificate: Certificate = None,
    tls_key: Key = None,
    tls_client_authority: Authority = None,
    log_level: LogLevelOption = None,
    log_format: LogFormatOption = None,
    config: Config = None,
) -> None:
    """Run the server until SIGTERM or Ctrl-C.

    What no flag says is read from COUNTERFLOW_… variables, then from the TOML file.
    """
    settings = _settings(
        config,
        database_url=database,
        host=host,
        grpc_port=grpc_port,
        compensation_order=compensation_order,
        insecure_public=insecure_public or None,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        tls_client_authority=tls_client_authority,
        log_level=log_level,
        log_format=log_format,
    )
    _run(settings, _announce)


def dev(
    database: Database = None,
    host: Host = None,
    grpc_port: GrpcPort = None,
    compensation_order: Order = None,
    insecure_public: Public = None,
    log_level: LogLevelOption = None,
    log_format: LogFormatOption = None,
    config: Config = None,
) -> None:
    """Run a server and tell what happens in it.

    A line for each deployment, process instance, message, timer, incident and undo.
    """
    settings = _settings(
        config,
        database_url=database,
        host=host,
        grpc_port=grpc_port,
        compensation_order=compensation_order,
        insecure_public=insecure_public or None,
        log_level=log_level,
        log_format=log_format,
    )
    import logging  # noqa: PLC0415 - only these commands log

    from counterflow.store.open import masked  # noqa: PLC0415 - only this command says where its data is

    say(f"Counterflow {__version__}. Data in {masked(settings.database_url)}; Ctrl-C stops.")
    logging.getLogger("counterflow.troubles").disabled = True  # they are told below, in colour
    _run(settings, _announce_and_tell)


def worker(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.py", help="A Python file with a worker at its top level.")
    ],
    task: Annotated[
        list[str] | None,
        typer.Option("--task", metavar="TYPE", help="Do only this task; may be said several times."),
    ] = None,
    reload: Annotated[
        bool, typer.Option("--reload", help="Start it anew when a Python file in its folder changes.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log every attempt.")] = False,
    address: AddressOption = "",
) -> None:
    """Run the worker that a Python file defines."""
    if not file.is_file():
        raise Failure(
            NOT_FOUND, f"{file}: expected a Python file, found {'a folder' if file.is_dir() else 'nothing'}"
        )
    said = address or address_of_all[0]
    arguments = [sys.executable, "-m", "counterflow_worker", str(file)]
    arguments += [
        *(["--address", said] if said else []),
        *(["--verbose"] if verbose else []),
        *(["--reload"] if reload else []),
    ]
    arguments += [word for job_type in task or () for word in ("--task", job_type)]
    sys.stdout.flush()
    os.execv(sys.executable, arguments)  # noqa: S606 - this interpreter, with a list of arguments and no shell


def topology(address: AddressOption = "", as_json: JsonOption = False) -> None:
    """Say who answers, and how it is."""
    answer = remote(address).call("Topology")
    if as_json:
        from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

        give_json(to_data(answer))
        return
    say(
        f"Gateway {answer.gatewayVersion}: {answer.clusterSize} broker(s), {answer.partitionsCount} "
        "partition(s)."
    )
    give_table(
        ("NODE", "ADDRESS", "VERSION", "PARTITION", "ROLE", "HEALTH"),
        [
            (
                broker.nodeId,
                f"{broker.host}:{broker.port}" if broker.port else broker.host,
                broker.version,
                partition.partitionId,
                *_health(partition),
            )
            for broker in answer.brokers
            for partition in broker.partitions
        ],
    )


def _health(partition: Any) -> tuple[str, str]:
    kind = type(partition)
    return (
        kind.PartitionBrokerRole.Name(partition.role).lower(),
        kind.PartitionBrokerHealth.Name(partition.health).lower(),
    )


def _settings(file: Path | None, **flags: Any) -> Settings:
    from counterflow.settings import SettingsError, read_settings  # noqa: PLC0415 - pulls in the kernel, which --help does not need

    try:
        return read_settings(flags, os.environ, file)
    except SettingsError as error:
        raise Failure(USAGE, str(error)) from error


def _run(settings: Settings, on_ready: Callable[[Server], None]) -> None:
    import asyncio  # noqa: PLC0415 - the server and all that is behind it cost what no other command pays

    from counterflow import logs  # noqa: PLC0415 - as above
    from counterflow.edge.server import PortTaken  # noqa: PLC0415 - as above
    from counterflow.server import serve as run_server  # noqa: PLC0415 - as above
    from counterflow.store.port import StoreError  # noqa: PLC0415 - as above
    from counterflow.wire.tls import UnusableTls  # noqa: PLC0415 - as above

    logs.begin(settings)
    logs.warn_of_variables(os.environ)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(run_server(settings, on_ready))
    except (UnusableTls, StoreError, PortTaken) as error:
        code = USAGE if isinstance(error, UnusableTls) else FAILED
        if logs.tells_programs(settings, error):
            raise typer.Exit(code) from error
        raise Failure(code, str(error)) from error


def _loop_factory() -> Any:
    """uvloop's event loop where there is one: gRPC is faster on it. Python's own on Windows."""
    try:
        import uvloop  # noqa: PLC0415 - as above, and not everywhere
    except ImportError:
        return None
    return uvloop.new_event_loop


def _announce(server: Server) -> None:
    give(server.ready_line())
    sys.stdout.flush()


def _announce_and_tell(server: Server) -> None:
    from counterflow.cli.telling import tell_in_background  # noqa: PLC0415 - only this command tells

    _announce(server)
    address = _local(server)
    where = "" if address == "127.0.0.1:26500" else f" --address {address}"
    say(f"Deploy with `counterflow deploy FILE.bpmn{where}`.")
    tell_in_background(choose_address(address, os.environ))


def _local(server: Server) -> str:
    """How this machine calls it: over TLS by the name that its certificate may be for."""
    settings = server.settings
    if settings.unix_socket is not None:
        return server.address
    address = server.address if settings.host == "localhost" else f"127.0.0.1:{server.grpc_port}"
    return address if settings.tls_certificate is None else f"https://{address}"
