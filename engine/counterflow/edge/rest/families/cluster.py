"""What a client asks first: who is there, under which licence, and who the client is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus

from counterflow.edge.http.problems import HttpRefusal
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.edge.rest.shapes.absent import Unread
from counterflow.edge.rest.shapes.cluster import (
    Broker,
    BrokerPartition,
    ClockPin,
    LicenseResponse,
    TenantResult,
    TopologyResponse,
    UserResult,
)
from counterflow.kernel.rows import DEFAULT_TENANT
from counterflow.service.service import Service
from counterflow.version import __version__

SPOKEN_VERSION = "8.9.0"
"""The version of the contract that we speak; clients decide by it which operations they may use."""


class Cluster:
    """The operations about the server itself. `port` tells where gRPC is listened on."""

    def __init__(self, service: Service, port: Callable[[], int]) -> None:
        self._service = service
        self._port = port

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "getTopology",
                "GET",
                "/topology",
                "Who is there.",
                self.topology,
                response=TopologyResponse,
            ),
            Operation("getStatus", "GET", "/status", "Whether requests are taken: 204, or 503.", self.status),
            Operation(
                "getLicense", "GET", "/license", "The licence.", self.license, response=LicenseResponse
            ),
            Operation(
                "getAuthentication",
                "GET",
                "/authentication/me",
                "Who is asking, and what they may see.",
                self.authentication,
                response=UserResult,
            ),
            Operation(
                "pinClock",
                "PUT",
                "/clock",
                "Let it be a moment, and stay it, where the setting manual_clock allows that.",
                self.pin_clock,
                ClockPin,
            ),
            Operation("resetClock", "POST", "/clock/reset", "Let time go on.", self.reset_clock, Unread),
        )

    async def pin_clock(self, call: RestCall) -> None:
        """It is this moment, and stays it; what is due by then comes."""
        self._refuse_clock()
        self._service.commands.pin_clock(call.body.timestamp)

    async def reset_clock(self, call: RestCall) -> None:
        """Time goes on."""
        self._refuse_clock()
        self._service.commands.pin_clock(None)

    def _refuse_clock(self) -> None:
        """Raises `HttpRefusal` where nobody may set the clock."""
        if not self._service.settings.manual_clock:
            raise HttpRefusal(
                HTTPStatus.FORBIDDEN,
                "FORBIDDEN",
                "Expected a server whose clock may be set, but this one keeps the time of its machine; "
                "start it with --manual-clock to test processes",
            )

    async def topology(self, call: RestCall) -> TopologyResponse:
        """One broker, which leads every partition; its version says whose program it really is."""
        partitions = [BrokerPartition(partition_id=number) for number in self._service.partitions]
        broker = Broker(
            node_id=0,
            broker_id="0",
            host=self._service.settings.host,
            port=self._port(),
            partitions=partitions,
            version=f"{SPOKEN_VERSION}+counterflow.{__version__}",
        )
        return TopologyResponse(
            brokers=[broker],
            cluster_id=None,
            cluster_size=1,
            partitions_count=len(partitions),
            replication_factor=1,
            gateway_version=SPOKEN_VERSION,
            last_completed_change_id="-1",
        )

    async def status(self, call: RestCall) -> None:
        """Whoever is let in is told by that alone."""

    async def license(self, call: RestCall) -> LicenseResponse:
        """Apache-2.0: valid for everybody, for ever."""
        return LicenseResponse(
            valid_license=True, license_type="Apache-2.0", is_commercial=False, expires_at=None
        )

    async def authentication(self, call: RestCall) -> UserResult:
        """Nobody is asked who they are: whoever reaches the server may do everything."""
        tenant = TenantResult(tenant_id=DEFAULT_TENANT, name="Default", description=None)
        return UserResult(
            username="anonymous",
            display_name=None,
            email=None,
            authorized_components=["*"],
            tenants=[tenant],
            groups=[],
            roles=[],
            sales_plan_type=None,
            c8_links={},
            can_logout=False,
        )
