"""Commands about signals: broadcast one, and say whom it has reached."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from counterflow.cli.exits import REJECTED, Failure
from counterflow.cli.options import AddressOption, JsonOption, VariablesOption, read_object, remote
from counterflow.cli.output import count, give, give_json, say
from counterflow.cli.receivers import fate_data, fate_of, receiver_lines
from counterflow.visible import visible_line

FATE = ("broadcastAtMs", "receivers", "receiversLeftOut")
"""What `--json` tells besides the key."""


def broadcast(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a signal in the model.")],
    require_receiver: Annotated[
        bool, typer.Option("--require-receiver", help="End with exit code 4 if it has reached nobody.")
    ] = False,
    variables: VariablesOption = "{}",
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Broadcast a signal to all who wait for it.

    Prints its key, and says whom it has reached. Nothing is kept for who comes later.
    """
    document = read_object(variables, "--variables")
    server = remote(address)
    answer = server.call("BroadcastSignal", signalName=name, variables=document)
    signal = fate_of(server, "GetSignal", signal_key=answer.key)
    if as_json:
        give_json(fate_data(answer, signal, FATE))
    else:
        give(str(answer.key))
    _say_whom_it_reached(visible_line(name), signal, must_reach=require_receiver)


def _say_whom_it_reached(what: str, signal: Any, *, must_reach: bool) -> None:
    if signal is None:
        say(f"Broadcast {what}; this server does not say whom it has reached.")
        return
    if signal.receivers:
        lines = receiver_lines(signal.receivers)
        if signal.receivers_left_out:
            lines.append(f"  and {count(signal.receivers_left_out, 'other')}")
        reached = "\n".join(lines)
        say(f"Broadcast {what}. It has reached\n{reached}")
        return
    if must_reach:
        raise Failure(REJECTED, f"Broadcast {what}: nobody waited for it")
    say(f"Broadcast {what}: nobody waited for it, and it is gone.")
