"""What a client asks first: who is there. One broker, which leads every partition."""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.version import __version__
from counterflow.wire.contract import Call
from counterflow_wire import gateway

SPOKEN_VERSION = "8.6.0"
"""The version of the gateway contract that we speak; clients decide by it which calls they may use."""


class Topology:
    """The rpc Topology, for the address that the server listens on."""

    def __init__(self, host: str, partitions: Sequence[int]) -> None:
        self._host = host
        self._partitions = partitions
        self.port = 0

    async def topology(self, request: gateway.TopologyRequest, call: Call) -> gateway.TopologyResponse:
        """The broker's version says, as build metadata, whose program it really is."""
        partitions = [
            gateway.Partition(
                partitionId=partition_id,
                role=gateway.Partition.PartitionBrokerRole.LEADER,
                health=gateway.Partition.PartitionBrokerHealth.HEALTHY,
            )
            for partition_id in self._partitions
        ]
        broker = gateway.BrokerInfo(
            nodeId=0,
            host=self._host,
            port=self.port,
            partitions=partitions,
            version=f"{SPOKEN_VERSION}+counterflow.{__version__}",
        )
        return gateway.TopologyResponse(
            brokers=[broker],
            clusterSize=1,
            partitionsCount=len(partitions),
            replicationFactor=1,
            gatewayVersion=SPOKEN_VERSION,
        )
