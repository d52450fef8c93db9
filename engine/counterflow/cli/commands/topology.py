"""The command that asks who is there."""

from __future__ import annotations

from typing import Any

from counterflow.cli.options import AddressOption, JsonOption, remote
from counterflow.cli.output import give_json, give_table, say


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
