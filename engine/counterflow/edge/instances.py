"""What people and programs do to process instances: start, await, cancel, set variables, resolve
incidents.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from counterflow.edge.calls import STOPPING, Calls, Context, Translated, Translation, kept
from counterflow.edge.status import Refused
from counterflow.edge.translate import created, creation, document, duration_ms, result
from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import ProcessInstance
from counterflow.kernel.vocabulary import InstanceEnded
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.wire.contract import StatusCode
from counterflow_wire import gateway


class Instances:
    """The calls about process instances."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._writer = calls.writer
        self._turns = calls.turns
        self._variable_bytes = calls.settings.variable_bytes
        self._request_timeout_ms = calls.settings.request_timeout_ms
        self._awaited: dict[asyncio.Future[InstanceEnded], int] = {}
        self._has_ended = False

    def translations(self) -> Mapping[str, Translation]:
        """By rpc; the one that waits for a result is not among them."""
        return {
            "CreateProcessInstance": self.create,
            "CancelProcessInstance": self.cancel,
            "SetVariables": self.set_variables,
            "ResolveIncident": self.resolve_incident,
        }

    def create(self, request: gateway.CreateProcessInstanceRequest) -> Translated:
        """An instance begins."""
        return Translated(creation(request, self._variable_bytes), created, begins=True)

    async def create_with_result(
        self, request: gateway.CreateProcessInstanceWithResultRequest, context: Context
    ) -> gateway.CreateProcessInstanceWithResultResponse:
        """An instance begins; the answer comes when it has completed."""
        wait_ms = (
            duration_ms(request.requestTimeout) if request.requestTimeout > 0 else self._request_timeout_ms
        )
        async with self._turns:
            if self._calls.stopping:
                raise Refused(StatusCode.UNAVAILABLE, STOPPING)
            answered, ended = self._writer.submit_and_follow(creation(request.request, self._variable_bytes))
            instance: ProcessInstance = await kept(
                answered, lambda late: self._writer.stop_following(late.key, ended)
            )
        self._awaited[ended] = instance.key
        if self._has_ended:
            self.end()
        try:
            async with asyncio.timeout(wait_ms / 1000):
                end = await ended
        except TimeoutError:
            raise Refused(
                StatusCode.DEADLINE_EXCEEDED,
                f"Process instance '{instance.key}' was created, but has not completed within {wait_ms} ms; "
                "it goes on",
            ) from None
        finally:
            del self._awaited[ended]
            self._writer.stop_following(instance.key, ended)
        if end.state != "completed":
            raise Refused(
                StatusCode.CANCELLED,
                f"Process instance '{instance.key}' was {end.state} before it could complete, so there is no "
                "result",
            )
        return result(instance, end.variables, request.fetchVariables)

    def end(self) -> None:
        """The server is stopping: whoever waits for a result is told so, with a status that no client takes
        for "do it again".
        """
        self._has_ended = True
        for ended, key in list(self._awaited.items()):
            if not ended.done():
                ended.set_exception(
                    Refused(
                        StatusCode.CANCELLED,
                        f"The server is stopping; process instance '{key}' was created and goes on when it "
                        "is back, but its result cannot be awaited any more",
                    )
                )

    def cancel(self, request: gateway.CancelProcessInstanceRequest) -> Translated:
        """An instance ends without completing."""
        return Translated(CancelProcessInstance(process_instance_key=request.processInstanceKey))

    def set_variables(self, request: gateway.SetVariablesRequest) -> Translated:
        """Variables change, seen from a process instance or an element instance."""
        command = SetVariables(
            element_instance_key=request.elementInstanceKey,
            variables=document(request.variables, self._variable_bytes),
            local=request.local,
        )
        return Translated(command, lambda key: gateway.SetVariablesResponse(key=key))

    def resolve_incident(self, request: gateway.ResolveIncidentRequest) -> Translated:
        """What an incident held up is tried again."""
        return Translated(ResolveIncident(incident_key=request.incidentKey))
