"""Whom a message or a signal has reached, for the commands that send one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from counterflow.cli.exits import Failure
from counterflow.cli.remote import Remote
from counterflow.visible import visible_line


def fate_of(server: Remote, call: str, **key: int) -> Any:
    """What has become of something that was sent, by the call that tells; None without such a call. Not every
    gateway has one. Raises `Failure`.
    """
    try:
        return server.call(call, **key)
    except Failure as failure:
        if failure.status == "UNIMPLEMENTED":
            return None  # a gateway without our reading service
        raise


def receiver_lines(receivers: Iterable[Any]) -> list[str]:
    """A line for each process instance that was reached, and where in it."""
    return [f"  {_receiver(one)}" for one in receivers]


def fate_data(answer: Any, fate: Any, names: Sequence[str]) -> dict[str, Any]:
    """The answer as JSON, with the fields of these names that are told of its fate."""
    from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

    data = to_data(fate) if fate is not None else {}
    return {**to_data(answer), **{name: data[name] for name in names if name in data}}


def _receiver(receiver: Any) -> str:
    event = receiver.element_name or receiver.element_id
    verb = "which it has begun at" if receiver.begun else "which waited at"
    return visible_line(
        f"process instance {receiver.process_instance_key} of {receiver.bpmn_process_id}, {verb} {event}"
    )
