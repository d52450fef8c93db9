"""The commands that run a server: for whoever calls it, and for a developer on a machine of their own."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterflow.cli.address import choose_address
from counterflow.cli.exits import FAILED, USAGE, Failure
from counterflow.cli.flags import with_flags
from counterflow.cli.output import give, say
from counterflow.settings import EVERYDAY, SETTINGS, Settings, SettingsError, read_settings
from counterflow.version import __version__

if TYPE_CHECKING:
    from counterflow.server import Server

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="A TOML file with these settings, by their names."),
]


@with_flags(SETTINGS)
def serve(config: Config = None, **flags: Any) -> None:
    """Run the server until SIGTERM or Ctrl-C.

    What no flag says is read from COUNTERFLOW_… variables, then from the TOML file; else it is what stands in
    brackets.
    """
    _run(_settings(config, flags), _announce)


@with_flags(setting for setting in SETTINGS if setting.section == EVERYDAY)
def dev(config: Config = None, **flags: Any) -> None:
    """Run a server and tell what happens in it.

    A line for each deployment, process instance, message, timer, incident and undo.
    """
    settings = _settings(config, flags)
    import logging  # noqa: PLC0415 - only these commands log

    from counterflow.store.open import whereabouts  # noqa: PLC0415 - only this command says where its data is

    say(f"Counterflow {__version__}. Data in {whereabouts(settings.database)}; Ctrl-C stops.")
    logging.getLogger("counterflow.troubles").disabled = True  # they are told below, in colour
    _run(settings, _announce_and_follow)


def _settings(file: Path | None, flags: Mapping[str, Any]) -> Settings:
    try:
        return read_settings(flags, os.environ, file)
    except SettingsError as error:
        raise Failure(USAGE, str(error)) from error


def _run(settings: Settings, on_ready: Callable[[Server], None]) -> None:
    gc.disable()  # all that is loaded and opened stays: to look through it is a tenth of the start
    from counterflow import logs  # noqa: PLC0415 - the server and all that is behind it cost what --help does not pay
    from counterflow.edge.doors import PortTaken  # noqa: PLC0415 - as above
    from counterflow.server import run  # noqa: PLC0415 - as above
    from counterflow.store.port import StoreError  # noqa: PLC0415 - as above
    from counterflow.wire.tls import UnusableTls  # noqa: PLC0415 - as above

    logs.begin(settings)
    logs.warn_of_variables(os.environ)
    try:
        run(settings, on_ready)
    except (UnusableTls, StoreError, PortTaken) as error:
        code = USAGE if isinstance(error, UnusableTls) else FAILED
        if logs.logs_for_programs(settings, error):
            raise typer.Exit(code) from error
        raise Failure(code, str(error)) from error
    finally:
        gc.enable()


def _announce(server: Server) -> None:
    give(server.ready_line())
    sys.stdout.flush()


def _announce_and_follow(server: Server) -> None:
    from counterflow.cli.ticker import follow_in_background  # noqa: PLC0415 - only this command follows the log

    _announce(server)
    address = _local(server)
    where = "" if address == "127.0.0.1:26500" else f" --address {address}"
    say(f"Deploy with `counterflow deploy FILE.bpmn{where}`.")
    follow_in_background(choose_address(address, os.environ), server.last_position())


def _local(server: Server) -> str:
    """How this machine calls it: over TLS by the name that its certificate may be for."""
    settings = server.settings
    if settings.unix_socket is not None:
        return server.address
    address = server.address if settings.host == "localhost" else f"127.0.0.1:{server.grpc_port}"
    return address if settings.tls_certificate is None else f"https://{address}"
