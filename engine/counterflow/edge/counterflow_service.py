"""`counterflow.v1`: what people ask of the engine. Questions are answered in threads, beside the writer and
never in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

import msgspec
from google.protobuf.message import Message

from counterflow.edge.calls import Behaviour, Calls, Context
from counterflow.edge.reading import message, messages, published, state_word, tree
from counterflow.edge.status import Refused, invalid
from counterflow.kernel.lives.quarantine import ReleaseInstance
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries import shapes
from counterflow.queries.decisions import decision_xml, list_decisions
from counterflow.queries.definitions import definition_xml, list_definitions
from counterflow.queries.history import records
from counterflow.queries.incidents import list_incidents
from counterflow.queries.instance_filter import InstanceFilter
from counterflow.queries.instances import list_process_instances, process_instance
from counterflow.queries.jobs import list_jobs
from counterflow.queries.messages import message as published_message
from counterflow.queries.quarantine import list_quarantined
from counterflow.queries.shapes import HistoryRecord
from counterflow.store.port import Store
from counterflow.wire.contract import StatusCode
from counterflow_wire import counterflow_v1 as wire

MessageType = TypeVar("MessageType", bound=Message)

READERS = 2
RECORDS_AT_ONCE = 200


class CounterflowService:
    """The reading service, and the one command in it."""

    def __init__(self, calls: Calls, store: Store) -> None:
        self._calls = calls
        self._writer = calls.writer
        self._store = store
        self._message_bytes = calls.settings.message_bytes
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="counterflow-reader")

    def behaviours(self) -> Mapping[str, Behaviour]:
        """By rpc; the history, which may be long, is not among them."""
        return {
            "ListDefinitions": self.list_definitions,
            "GetDefinitionXml": self.get_definition_xml,
            "ListDecisions": self.list_decisions,
            "GetDecisionXml": self.get_decision_xml,
            "ListProcessInstances": self.list_process_instances,
            "GetProcessInstance": self.get_process_instance,
            "ListIncidents": self.list_incidents,
            "ListJobs": self.list_jobs,
            "GetMessage": self.get_message,
            "GetQuarantine": self.get_quarantine,
            "ReleaseQuarantined": self.release_quarantined,
        }

    def close(self) -> None:
        """Wait for the questions that are being answered, and let go of the threads."""
        self._readers.shutdown(cancel_futures=True)

    async def list_definitions(
        self, request: wire.ListDefinitionsRequest, context: Context
    ) -> wire.ListDefinitionsResponse:
        """Versions of processes, newest first."""

        def read() -> wire.ListDefinitionsResponse:
            page = list_definitions(
                self._store,
                bpmn_process_id=request.bpmn_process_id,
                latest_only=request.latest_only,
                page_size=request.page_size,
                page_key=request.page_key,
            )
            return wire.ListDefinitionsResponse(
                definitions=messages(wire.ProcessDefinition, page.items), next_page_key=page.next_page_key
            )

        return await self._read(read)

    async def get_definition_xml(
        self, request: wire.GetDefinitionXmlRequest, context: Context
    ) -> wire.GetDefinitionXmlResponse:
        """A diagram as it was deployed."""
        key = request.process_definition_key
        return await self._read(
            lambda: message(wire.GetDefinitionXmlResponse, definition_xml(self._store, key))
        )

    async def list_decisions(
        self, request: wire.ListDecisionsRequest, context: Context
    ) -> wire.ListDecisionsResponse:
        """Versions of decisions, newest first."""

        def read() -> wire.ListDecisionsResponse:
            page = list_decisions(
                self._store,
                decision_id=request.decision_id,
                latest_only=request.latest_only,
                page_size=request.page_size,
                page_key=request.page_key,
            )
            return wire.ListDecisionsResponse(
                decisions=messages(wire.DecisionDefinition, page.items), next_page_key=page.next_page_key
            )

        return await self._read(read)

    async def get_decision_xml(
        self, request: wire.GetDecisionXmlRequest, context: Context
    ) -> wire.GetDecisionXmlResponse:
        """A decision model as it was deployed."""
        return await self._read(
            lambda: message(wire.GetDecisionXmlResponse, decision_xml(self._store, request.decision_key))
        )

    async def list_process_instances(
        self, request: wire.ListProcessInstancesRequest, context: Context
    ) -> wire.ListProcessInstancesResponse:
        """Instances, newest first."""
        asked = InstanceFilter(
            bpmn_process_id=request.bpmn_process_id,
            definition_key=request.process_definition_key,
            state=_state(shapes.ProcessInstance, "a process instance", request.state),
            with_incidents=request.with_incidents,
            started_after_ms=request.started_after_ms,
            started_before_ms=request.started_before_ms,
            variable_name=request.variable_name,
            variable_json=request.variable_json,
            roots_only=request.roots_only,
        )

        def read() -> wire.ListProcessInstancesResponse:
            page = list_process_instances(
                self._store,
                asked,
                page_size=request.page_size,
                page_key=request.page_key,
                count=request.count,
            )
            return wire.ListProcessInstancesResponse(
                process_instances=messages(wire.ProcessInstance, page.items),
                next_page_key=page.next_page_key,
                total=page.total,
                total_is_at_least=page.total_is_at_least,
            )

        return await self._read(read)

    async def get_process_instance(
        self, request: wire.GetProcessInstanceRequest, context: Context
    ) -> wire.GetProcessInstanceResponse:
        """One instance as a tree."""
        return await self._read(
            lambda: tree(
                process_instance(
                    self._store,
                    request.process_instance_key,
                    active_only=request.active_only,
                    element_limit=request.element_limit,
                )
            )
        )

    async def list_incidents(
        self, request: wire.ListIncidentsRequest, context: Context
    ) -> wire.ListIncidentsResponse:
        """What waits for a person."""

        def read() -> wire.ListIncidentsResponse:
            page = list_incidents(
                self._store,
                process_instance_key=request.process_instance_key,
                with_called=request.with_called,
                page_size=request.page_size,
                page_key=request.page_key,
            )
            return wire.ListIncidentsResponse(
                incidents=messages(wire.Incident, page.items), next_page_key=page.next_page_key
            )

        return await self._read(read)

    async def list_jobs(self, request: wire.ListJobsRequest, context: Context) -> wire.ListJobsResponse:
        """Work that is not done."""
        state = _state(shapes.Job, "a job", request.state)

        def read() -> wire.ListJobsResponse:
            page = list_jobs(
                self._store,
                job_type=request.type,
                process_instance_key=request.process_instance_key,
                state=state,
                page_size=request.page_size,
                page_key=request.page_key,
            )
            return wire.ListJobsResponse(
                jobs=messages(wire.Job, page.items), next_page_key=page.next_page_key
            )

        return await self._read(read)

    async def get_message(self, request: wire.GetMessageRequest, context: Context) -> wire.GetMessageResponse:
        """What has become of a message."""
        return await self._read(lambda: published(published_message(self._store, request.message_key)))

    async def get_quarantine(
        self, request: wire.GetQuarantineRequest, context: Context
    ) -> wire.GetQuarantineResponse:
        """Instances that were set aside."""

        def read() -> wire.GetQuarantineResponse:
            page = list_quarantined(self._store, page_size=request.page_size, page_key=request.page_key)
            return wire.GetQuarantineResponse(
                quarantined_instances=messages(wire.QuarantinedInstance, page.items),
                next_page_key=page.next_page_key,
            )

        return await self._read(read)

    async def get_history(self, request: wire.GetHistoryRequest, context: Context) -> None:
        """The log, record by record."""
        running = asyncio.get_running_loop()
        found: Iterator[HistoryRecord] = await running.run_in_executor(
            self._readers,
            lambda: records(
                self._store,
                process_instance_key=request.process_instance_key,
                after_position=request.after_position,
                limit=request.limit,
            ),
        )
        while some := await running.run_in_executor(
            self._readers, lambda: list(islice(found, RECORDS_AT_ONCE))
        ):
            for record in some:
                await context.write(message(wire.HistoryRecord, record).SerializeToString())
            if self._calls.stopping:
                raise Refused(
                    StatusCode.UNAVAILABLE,
                    f"The server is stopping; go on behind position {some[-1].position} when it is back",
                )

    async def release_quarantined(
        self, request: wire.ReleaseQuarantinedRequest, context: Context
    ) -> wire.ReleaseQuarantinedResponse:
        """An instance that was set aside goes on."""
        key = request.process_instance_key
        try:
            await self._writer.submit(ReleaseInstance(process_instance_key=key))
        except Rejection as rejection:
            if rejection.type is RejectionType.NOT_FOUND and self._writer.knows_instance(key):
                raise Rejection(RejectionType.INVALID_STATE, rejection.reason) from None
            raise
        return wire.ReleaseQuarantinedResponse()

    async def _read(self, read: Callable[[], MessageType]) -> MessageType:
        answer = await asyncio.get_running_loop().run_in_executor(self._readers, read)
        size = answer.ByteSize()
        if size > self._message_bytes:
            raise Refused(
                StatusCode.RESOURCE_EXHAUSTED,
                f"The answer takes {size} bytes, and a message has room for {self._message_bytes}; ask for "
                "fewer at a time",
            )
        return answer


def _state(kind: type[msgspec.Struct], what: str, number: int) -> str:
    """The read model's word for a state. Raises `Refused` for a number that is none."""
    try:
        return state_word(kind, number)
    except ValueError:
        raise invalid(f"Expected a state of {what}, but found {number}") from None
