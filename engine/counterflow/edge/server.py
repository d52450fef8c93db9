"""The gRPC server: every call of the contract, health and reflection on one port; and the order in which it falls silent."""

from __future__ import annotations

import asyncio
import logging

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from counterflow.edge.calls import Behaviour, Calls, unimplemented
from counterflow.edge.counterflow_service import CounterflowService
from counterflow.edge.decisions import Decisions
from counterflow.edge.deployments import Deployments
from counterflow.edge.instances import Instances
from counterflow.edge.jobs import Jobs
from counterflow.edge.messages import Messages
from counterflow.edge.polls import Polls
from counterflow.edge.streams import Streams
from counterflow.edge.topology import Topology
from counterflow.loop import Loop
from counterflow.settings import Settings
from counterflow.store.port import Store
from counterflow_wire import counterflow_v1, gateway, service_handler
from counterflow_wire.reflection import SERVICE_NAMES, reflection_pool

logger = logging.getLogger("counterflow.edge")

LAST_WORDS_SECONDS = 0.25
"""How long answers that are on their way may take to leave, once no call is under way."""
SERVED = ("", gateway.SERVICE, counterflow_v1.SERVICE)

NOT_YET = {
    "BroadcastSignal": ("Signal events are not there", "no process can wait for a signal, so there is nobody to broadcast to"),
    "ModifyProcessInstance": ("Modification is not there", "cancel the instance and start a new one"),
    "MigrateProcessInstance": ("Migration is not there", "running instances finish on the version that they began with"),
    "DeleteResource": ("Deleting resources is not there", "deploy a version that replaces it"),
}
"""Calls of the contract that have no element to act on yet: what is missing, and what to do instead."""


class PortTaken(Exception):
    """The address cannot be listened on; says which and what to do."""


class EdgeServer:
    """Serves one loop on one address."""

    def __init__(self, loop: Loop, store: Store, settings: Settings) -> None:
        self._host, self._port = settings.host, settings.grpc_port
        self._calls = Calls(loop, settings)
        self._topology = Topology(settings.host)
        self._instances = Instances(self._calls)
        self._streams = Streams(self._calls)
        self._reading = CounterflowService(self._calls, store)
        self._takers = loop.takers
        self._health = health.aio.HealthServicer()
        self._server = grpc.aio.server(options=_options(settings))
        self._register()

    async def start(self) -> int:
        """Accept calls; answers the port. Raises `PortTaken`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        try:
            self._topology.port = self._server.add_insecure_port(f"{host}:{self._port}")
        except RuntimeError as error:
            raise PortTaken(
                f"cannot listen on {host}:{self._port}: expected a free port of this machine, but the system refuses it; is another server "
                "running there? Stop it, or choose another with --grpc-port (0 takes any free one)"
            ) from error
        await self._server.start()
        for service in SERVED:
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        return self._topology.port

    async def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, end those that wait, let the others finish; the loop must still be at work, since jobs come back.

        The port stays open meanwhile: a call that comes now is told UNAVAILABLE, which every client takes for "try again", while
        gRPC itself would tell it CANCELLED once it has been asked to stop.
        """
        await self._health.enter_graceful_shutdown()
        self._calls.stopping = True
        self._takers.end_polls()
        self._streams.end()
        self._instances.end()
        try:
            async with asyncio.timeout(grace_seconds):
                await self._calls.idle()
        except TimeoutError:
            logger.warning("Calls are still under way after %s s; they are broken off", grace_seconds)
        await self._server.stop(LAST_WORDS_SECONDS)
        await self._calls.idle()
        self._reading.close()

    def _register(self) -> None:
        self._server.add_generic_rpc_handlers(
            (
                service_handler(gateway.SERVICE, gateway.METHODS, self._gateway()),
                service_handler(counterflow_v1.SERVICE, counterflow_v1.METHODS, self._counterflow()),
            )
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(SERVICE_NAMES, self._server, pool=reflection_pool())

    def _counterflow(self) -> dict[str, Behaviour]:
        calls, reading = self._calls, self._reading
        return {
            **{rpc: calls.answered(rpc, behaviour) for rpc, behaviour in reading.behaviours().items()},
            "GetHistory": calls.waiting("GetHistory", reading.get_history),
        }

    def _gateway(self) -> dict[str, Behaviour]:
        calls = self._calls
        families = (Jobs(calls), self._instances, Messages(calls), Deployments(calls), Decisions(calls))
        answered = {rpc: behaviour for family in families for rpc, behaviour in family.behaviours().items()}
        waiting: dict[str, Behaviour] = {
            "ActivateJobs": Polls(calls).activate_jobs,
            "StreamActivatedJobs": self._streams.stream_activated_jobs,
            "CreateProcessInstanceWithResult": self._instances.create_with_result,
        }
        return {
            **{rpc: calls.answered(rpc, behaviour) for rpc, behaviour in answered.items()},
            **{rpc: calls.waiting(rpc, behaviour) for rpc, behaviour in waiting.items()},
            **{rpc: unimplemented(*words) for rpc, words in NOT_YET.items()},
            "Topology": calls.answered("Topology", self._topology.topology),
        }


def _options(settings: Settings) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", settings.message_bytes),
        # Two servers must not share a port unknowingly, which the system would allow.
        ("grpc.so_reuseport", 0),
        # Java and Go clients ping every 45 s, on idle streams too, and Node's without any call; the default floor of 300 s would
        # drop them (measured: at the fourth ping). This option is the one that counts on the server's side.
        ("grpc.http2.min_ping_interval_without_data_ms", settings.ping_interval_ms),
        ("grpc.keepalive_permit_without_calls", 1),
        # A client that vanished without a word is noticed, and its jobs come back.
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 20_000),
    ]
