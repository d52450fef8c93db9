"""Commands about messages: publish one."""

from __future__ import annotations

from typing import Annotated

import typer

from counterflow.cli.options import AddressOption, JsonOption, VariablesOption, read_duration_ms, read_object, remote
from counterflow.cli.output import give, give_json, say


def publish(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a message in the model.")],
    key: Annotated[str, typer.Option("--key", metavar="KEY", help="The correlation key; without one it can only begin instances.")] = "",
    ttl: Annotated[
        str, typer.Option("--ttl", metavar="TIME", help="How long it is kept for those who do not wait yet: 30s, 5m, or ms.")
    ] = "0",
    message_id: Annotated[str, typer.Option("--id", metavar="ID", help="While it is kept no other with this id is taken.")] = "",
    variables: VariablesOption = "{}",
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Publish a message to those who wait for it.

    Prints its key. Without --ttl it reaches those who wait now, or nobody.
    """
    time_to_live_ms = read_duration_ms(ttl, "--ttl")
    document = read_object(variables, "--variables")
    server = remote(address)
    answer = server.call(
        "PublishMessage", name=name, correlationKey=key, timeToLive=time_to_live_ms, messageId=message_id, variables=document
    )
    if as_json:
        from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

        give_json(to_data(answer))
    else:
        give(str(answer.key))
    kept = f"; it is kept for {ttl if not ttl.isdecimal() else f'{ttl} ms'}" if time_to_live_ms else " to those who wait now"
    say(f"Published {name}{f' / {key}' if key else ''}{kept}.")
