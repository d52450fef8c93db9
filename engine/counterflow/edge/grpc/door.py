"""The way in by gRPC: every call of the contract, health and reflection on one port."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from counterflow.edge.doors import PortTaken
from counterflow.edge.grpc.calls import Behaviour, Calls
from counterflow.edge.grpc.counterflow_v1.family import CounterflowService
from counterflow.edge.grpc.counterflow_v1.user_tasks import UserTaskCalls
from counterflow.edge.grpc.families.activation import Activation
from counterflow.edge.grpc.families.decisions import Decisions
from counterflow.edge.grpc.families.deletions import DeletionCalls
from counterflow.edge.grpc.families.deployments import DeploymentCalls
from counterflow.edge.grpc.families.instances import Instances
from counterflow.edge.grpc.families.jobs import Jobs
from counterflow.edge.grpc.families.messages import Messages
from counterflow.edge.grpc.families.topology import Topology
from counterflow.service.service import Service
from counterflow.settings import Settings
from counterflow.wire.contract import Method, RpcServer, UnixSocket
from counterflow.wire.health import Health
from counterflow.wire.reflection import Reflection
from counterflow_wire import counterflow_v1, gateway
from counterflow_wire.reflection import SERVICE_NAMES, reflection_pool

LAST_WORDS_SECONDS = 0.25
"""How long answers that are on their way may take to leave, once no call is under way."""
SERVED = ("", gateway.SERVICE, counterflow_v1.SERVICE)

Transport = Callable[[Sequence[Method]], RpcServer]
"""Makes the gRPC server that carries the methods."""


class GrpcDoor:
    """Serves one service on one address."""

    def __init__(self, service: Service, settings: Settings, transport: Transport) -> None:
        self._service = service
        self._settings = settings
        self._calls = Calls(service)
        self._topology = Topology(settings.host, service.partitions)
        self._health = Health(SERVED)
        reflection = Reflection(SERVICE_NAMES, reflection_pool())
        self._server = transport(
            [
                *self._gateway().values(),
                *self._counterflow().values(),
                *self._health.methods(),
                *reflection.methods(),
            ]
        )

    @property
    def port(self) -> int:
        """The port that is listened on, once started; 0 for a socket in the file system."""
        return self._topology.port

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop(self._settings.shutdown_grace_ms / 1000)

    async def start(self) -> None:
        """Accept calls. Raises `PortTaken`."""
        path = self._settings.unix_socket
        if path is None:
            self._topology.port = await self._listen(self._settings.host, self._settings.grpc_port)
        else:
            await self._listen_on(UnixSocket(path, int(self._settings.unix_socket_mode, 8)))
        self._health.set_serving(True)

    async def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, end those that wait, let the others finish within the grace. The writer must
        still be at work, since jobs come back.

        The port stays open meanwhile: a call that comes now is told UNAVAILABLE, which every client takes for
        "try again".
        """
        self._health.set_serving(False)
        self._service.begin_grace(grace_seconds)
        self._service.fall_silent()
        await self._service.idle()
        await self._server.stop(LAST_WORDS_SECONDS)

    async def _listen(self, host: str, port: int) -> int:
        try:
            return await self._server.start(host.strip("[]"), port)
        except OSError as error:
            raise PortTaken(
                f"cannot listen on {host}:{port}: expected a free port of this machine, but the system says: "
                f"{error.strerror}; is another server running there? Stop it, or choose another with "
                "--grpc-port (0 takes any free one)"
            ) from error

    async def _listen_on(self, where: UnixSocket) -> None:
        try:
            await self._server.start_on(where)
        except OSError as error:
            raise PortTaken(f"cannot listen on {self._settings.host}: {error.strerror}") from error

    def _counterflow(self) -> dict[str, Method]:
        calls, reading, rpcs = self._calls, CounterflowService(self._service), counterflow_v1.METHODS
        behaviours = {**reading.behaviours(), **UserTaskCalls(self._service).behaviours()}
        return {
            **{name: calls.answered(rpcs[name], behaviour) for name, behaviour in behaviours.items()},
            **{
                name: calls.commanded(rpcs[name], translate)
                for name, translate in reading.translations().items()
            },
            "GetHistory": calls.waiting(rpcs["GetHistory"], reading.get_history),
        }

    def _gateway(self) -> dict[str, Method]:
        calls, rpcs, variable_bytes = self._calls, gateway.METHODS, self._settings.variable_bytes
        instances, activation = Instances(self._service), Activation(self._service)
        families = (
            Jobs(variable_bytes),
            instances,
            Messages(variable_bytes),
            Decisions(variable_bytes),
            DeletionCalls(),
        )
        commands = {
            name: translate for family in families for name, translate in family.translations().items()
        }
        answered: dict[str, Behaviour] = {
            **DeploymentCalls(self._service).behaviours(),
            "Topology": self._topology.topology,
        }
        waiting: dict[str, Behaviour] = {
            "ActivateJobs": activation.activate_jobs,
            "CreateProcessInstanceWithResult": instances.create_with_result,
        }
        return {
            **{name: calls.commanded(rpcs[name], translate) for name, translate in commands.items()},
            **{name: calls.answered(rpcs[name], behaviour) for name, behaviour in answered.items()},
            **{name: calls.waiting(rpcs[name], behaviour) for name, behaviour in waiting.items()},
            "StreamActivatedJobs": calls.open(rpcs["StreamActivatedJobs"], activation.stream_activated_jobs),
        }
