"""Commands about signals: broadcast one, and say whom it has reached."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from counterflow.cli.exits import REJECTED, Failure
from counterflow.cli.options import AddressOption, JsonOption, VariablesOption, read_object, remote
from counterflow.cli.output import count, give, give_json, say
from counterflow.cli.remote import Remote
from counterflow.visible import visible_line


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
    signal = _signal(server, answer.key)
    if as_json:
        give_json(_data(answer, signal))
    else:
        give(str(answer.key))
    _say_whom_it_reached(visible_line(name), signal, must_reach=require_receiver)


def _signal(server: Remote, key: int) -> Any:
    """Whom a signal has reached; None where the gateway cannot say."""
    try:
        return server.call("GetSignal", signal_key=key)
    except Failure as failure:
        if failure.status == "UNIMPLEMENTED":
            return None  # a gateway without our reading service
        raise


def _say_whom_it_reached(what: str, signal: Any, *, must_reach: bool) -> None:
    if signal is None:
        say(f"Broadcast {what}; this server does not say whom it has reached.")
        return
    if signal.receivers:
        lines = [f"  {_receiver(one)}" for one in signal.receivers]
        if signal.receivers_left_out:
            lines.append(f"  and {count(signal.receivers_left_out, 'other')}")
        reached = "\n".join(lines)
        say(f"Broadcast {what}. It has reached\n{reached}")
        return
    if must_reach:
        raise Failure(REJECTED, f"Broadcast {what}: nobody waited for it")
    say(f"Broadcast {what}: nobody waited for it, and it is gone.")


def _receiver(receiver: Any) -> str:
    event = receiver.element_name or receiver.element_id
    verb = "which it has begun at" if receiver.begun else "which waited at"
    return visible_line(
        f"process instance {receiver.process_instance_key} of {receiver.bpmn_process_id}, {verb} {event}"
    )


def _data(answer: Any, signal: Any) -> dict[str, Any]:
    from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

    fate = to_data(signal) if signal is not None else {}
    names = ("broadcastAtMs", "receivers", "receiversLeftOut")
    return {**to_data(answer), **{name: fate[name] for name in names if name in fate}}
