"""What a client asks first: who is there. One broker, which leads the one partition."""

from __future__ import annotations

from counterflow import __version__
from counterflow.edge.calls import Context
from counterflow.partition.batch import PARTITION_ID
from counterflow_wire import gateway

SPOKEN_VERSION = "8.6.0"
"""The version of the gateway contract that we speak; clients decide by it which calls they may use."""


class Topology:
    """The rpc Topology, for the address that the server listens on."""

    def __init__(self, host: str) -> None:
        self._host = host
        self.port = 0

    async def topology(self, request: gateway.TopologyRequest, context: Context) -> gateway.TopologyResponse:
        """The broker's version says, as build metadata, whose program it really is."""
        partition = gateway.Partition(
            partitionId=PARTITION_ID,
            role=gateway.Partition.PartitionBrokerRole.LEADER,
            health=gateway.Partition.PartitionBrokerHealth.HEALTHY,
        )
        broker = gateway.BrokerInfo(
            nodeId=0,
            host=self._host,
            port=self.port,
            partitions=[partition],
            version=f"{SPOKEN_VERSION}+counterflow.{__version__}",
        )
        return gateway.TopologyResponse(
            brokers=[broker],
            clusterSize=1,
            partitionsCount=1,
            replicationFactor=1,
            gatewayVersion=SPOKEN_VERSION,
        )
