"""Commands about messages: publish or correlate one, and say whom it has reached; go on without one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from counterflow.cli.exits import REJECTED, Failure
from counterflow.cli.options import (
    AddressOption,
    JsonOption,
    VariablesOption,
    read_duration_ms,
    read_object,
    remote,
)
from counterflow.cli.output import give, give_json, moment, say
from counterflow.cli.receivers import fate_data, fate_of, receiver_lines
from counterflow.visible import visible_line

FATE = ("publishedAtMs", "expiresAtMs", "isKept", "receivers")
"""What `--json` tells besides the key."""


def publish(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a message in the model.")],
    key: Annotated[
        str,
        typer.Option(
            "--key",
            metavar="KEY",
            help="The correlation key, or of a camunda: model the key of an instance or its business key.",
        ),
    ] = "",
    ttl: Annotated[
        str,
        typer.Option(
            "--ttl", metavar="TIME", help="How long it is kept for those who do not wait yet: 30s, 5m, or ms."
        ),
    ] = "0",
    message_id: Annotated[
        str, typer.Option("--id", metavar="ID", help="While it is kept no other with this id is taken.")
    ] = "",
    require_receiver: Annotated[
        bool, typer.Option("--require-receiver", help="End with exit code 4 if it has reached nobody yet.")
    ] = False,
    variables: VariablesOption = "{}",
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Publish a message to those who wait for it.

    Prints its key, and says whom it has reached. Without --ttl it reaches those who wait now, or nobody.
    Without --key it begins instances; in a camunda: model it reaches the one that waits for it, if only one
    does.
    """
    time_to_live_ms = read_duration_ms(ttl, "--ttl")
    document = read_object(variables, "--variables")
    server = remote(address)
    answer = server.call(
        "PublishMessage",
        name=name,
        correlationKey=key,
        timeToLive=time_to_live_ms,
        messageId=message_id,
        variables=document,
    )
    message = fate_of(server, "GetMessage", message_key=answer.key)
    if as_json:
        give_json(fate_data(answer, message, FATE))
    else:
        give(str(answer.key))
    _say_whom_it_reached(
        visible_line(f"{name}{f' / {key}' if key else ''}"), message, must_reach=require_receiver
    )


def correlate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a message in the model.")],
    key: Annotated[
        str,
        typer.Option(
            "--key",
            metavar="KEY",
            help="The correlation key, or of a camunda: model the key of an instance or its business key.",
        ),
    ] = "",
    variables: VariablesOption = "{}",
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Publish a message to one who waits for it now.

    Prints the key of the first process instance that it has reached, or begun, and says of all. Where nobody
    waits it is refused, and nothing is kept.
    """
    document = read_object(variables, "--variables")
    server = remote(address)
    answer = server.call("CorrelateMessage", name=name, correlation_key=key, variables_json=document)
    message = fate_of(server, "GetMessage", message_key=answer.message_key)
    if as_json:
        give_json(fate_data(answer, message, ("receivers",)))
    else:
        give(str(answer.process_instance_key))
    reached = "\n".join(receiver_lines(message.receivers if message is not None else ()))
    say(f"Correlated {visible_line(f'{name} / {key}' if key else name)}. It has reached\n{reached}")


def trigger(
    key: Annotated[
        int,
        typer.Argument(
            metavar="KEY",
            help="Of a receive task or catch event that waits, or of a process instance with only one.",
        ),
    ],
    variables: VariablesOption = "{}",
    address: AddressOption = "",
) -> None:
    """Let what waits for a message go on without it.

    A receive task or a catch event, as if its message had come; says which has gone on. A receive task
    without a message waits for this.
    """
    document = read_object(variables, "--variables")
    answer = remote(address).call("TriggerElement", element_instance_key=key, variables_json=document)
    name = answer.element_name or answer.element_id
    say(
        visible_line(
            f"Triggered: process instance {answer.process_instance_key} of {answer.bpmn_process_id} goes on "
            f"at {name}."
        )
    )


def _say_whom_it_reached(what: str, message: Any, *, must_reach: bool) -> None:
    if message is None:
        say(f"Published {what}; this server does not say whom it has reached.")
        return
    kept = f"it is kept until {moment(message.expires_at_ms)}" if message.is_kept else ""
    if message.receivers:
        reached = "\n".join(receiver_lines(message.receivers))
        say(f"Published {what}{f'; {kept} for others' if kept else ''}. It has reached\n{reached}")
        return
    nobody = (
        f"nobody waits for it yet, and {kept}"
        if kept
        else "nobody waited for it, and it is gone; --ttl keeps a message"
    )
    if must_reach:
        raise Failure(REJECTED, f"Published {what}: {nobody}")
    say(f"Published {what}: {nobody}.")
