"""Our own facts, `/cf/v1`: what an instance has done and undone, why it stands still, what undo would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final

from counterflow.edge.rest.calls import carried_out, key_of
from counterflow.edge.rest.facts import FactsOf, as_facts
from counterflow.edge.rest.operations import OURS, Operation, RestCall
from counterflow.edge.rest.shapes.facts import (
    HeldBack,
    HistoryQuery,
    InstancesQuery,
    PageQuery,
    Suspensions,
    TreeQuery,
    UndoQuery,
)
from counterflow.kernel.lives.quarantine import ReleaseInstance
from counterflow.queries import shapes
from counterflow.queries.history import records
from counterflow.queries.instance_filter import InstanceFilter
from counterflow.queries.instances import list_process_instances, process_instance, refuse_unknown_instance
from counterflow.queries.quarantine import list_quarantined
from counterflow.queries.reasons import reasons
from counterflow.queries.suspensions import suspended_definitions, suspended_job_types
from counterflow.queries.undo_plan import undo_plan
from counterflow.service.refusals import Invalid
from counterflow.service.service import Service
from counterflow.store.port import Store

KEY: Final = "processInstanceKey"
MOST_RECORDS: Final = 1_000
"""How many events one answer has."""


class FactOperations:
    """The operations of `/cf/v1`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._ask = service.questions.ask

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (*self._of_one(f"/process-instances/{{{KEY}}}"), *self._of_all())

    def _of_one(self, instance: str) -> Sequence[Operation]:
        return (
            _told(
                "getInstanceTree",
                instance,
                "One instance: its elements as a tree, what can be undone, is being undone and was.",
                self.tree,
                FactsOf(shapes.InstanceTree),
                TreeQuery,
            ),
            _told(
                "explainInstance",
                f"{instance}/reasons",
                "Why an instance, and those that it has called, have not gone on.",
                self.explain,
                FactsOf(shapes.Reasons),
            ),
            _told(
                "planUndo",
                f"{instance}/undo-plan",
                "What a compensation thrown now would run, and what earlier ones have not undone yet.",
                self.plan_undo,
                FactsOf(shapes.UndoPlanned),
                UndoQuery,
            ),
            _told(
                "getInstanceHistory",
                f"{instance}/history",
                "What has happened in an instance: its events, oldest first.",
                self.history_of,
                FactsOf(shapes.HistoryRecord, are_many=True),
                HistoryQuery,
            ),
            Operation(
                "releaseQuarantined",
                "POST",
                f"{instance}/release",
                "Let an instance that was set aside go on.",
                self.release,
                base=OURS,
            ),
        )

    def _of_all(self) -> Sequence[Operation]:
        return (
            _told(
                "listInstances",
                "/process-instances",
                "Process instances, newest first, with what is quarantined or suspended.",
                self.list_instances,
                FactsOf(shapes.ProcessInstance, are_many=True),
                InstancesQuery,
            ),
            _told(
                "getHistory",
                "/history",
                "What has happened: the events of the log, oldest first.",
                self.history,
                FactsOf(shapes.HistoryRecord, are_many=True),
                HistoryQuery,
            ),
            _told(
                "listQuarantined",
                "/quarantine",
                "Instances that nothing touches until a person releases or cancels them.",
                self.list_quarantined,
                FactsOf(shapes.QuarantinedInstance, are_many=True),
                PageQuery,
            ),
            Operation(
                "listSuspensions",
                "GET",
                "/suspensions",
                "Definitions and types of jobs that are held back.",
                self.list_suspensions,
                response=Suspensions,
                base=OURS,
            ),
        )

    async def list_instances(self, call: RestCall) -> Any:
        """Instances, newest first."""
        query: InstancesQuery = call.query
        chosen = InstanceFilter(
            bpmn_process_id=query.process_definition_id,
            definition_key=query.process_definition_key,
            state=query.state,
            with_incidents=query.with_incidents,
            business_id=query.business_id,
            tag=query.tag,
        )
        return await self._facts(
            lambda store: list_process_instances(
                store, chosen, page_size=query.page_size, page_key=query.page_key
            )
        )

    async def tree(self, call: RestCall) -> Any:
        """One instance as a tree."""
        key, query = key_of(call, KEY), call.query
        return await self._facts(
            lambda store: process_instance(
                store, key, active_only=query.active_only, element_limit=query.element_limit
            )
        )

    async def explain(self, call: RestCall) -> Any:
        """Why an instance has not gone on."""
        key, asked_for = key_of(call, KEY), self._service.asked_for()
        return await self._facts(lambda store: reasons(store, key, asked_for))

    async def plan_undo(self, call: RestCall) -> Any:
        """What a compensation would run."""
        key, query = key_of(call, KEY), call.query
        return await self._facts(
            lambda store: undo_plan(
                store,
                key,
                scope_key=query.scope_key,
                default_order=self._service.settings.compensation_order,
                handler_limit=query.handler_limit,
            )
        )

    async def history_of(self, call: RestCall) -> Any:
        """The events of an instance."""
        return await self._history(call, key_of(call, KEY))

    async def history(self, call: RestCall) -> Any:
        """The events of all."""
        return await self._history(call, 0)

    async def list_quarantined(self, call: RestCall) -> Any:
        """Instances that were set aside."""
        query: PageQuery = call.query
        return await self._facts(
            lambda store: list_quarantined(store, page_size=query.page_size, page_key=query.page_key)
        )

    async def release(self, call: RestCall) -> None:
        """An instance that was set aside goes on."""
        key = key_of(call, KEY)
        await carried_out(self._service, call, ReleaseInstance(process_instance_key=key))

    async def list_suspensions(self, call: RestCall) -> Suspensions:
        """What is held back."""
        definitions, types = await self._ask(
            lambda store: (suspended_definitions(store), suspended_job_types(store))
        )
        return Suspensions(
            items=[
                *(
                    HeldBack(
                        process_definition_key=str(one.process_definition_key),
                        job_type=None,
                        since_ms=one.suspended_at_ms,
                    )
                    for one in definitions
                ),
                *(
                    HeldBack(process_definition_key=None, job_type=one.type, since_ms=one.suspended_at_ms)
                    for one in types
                ),
            ]
        )

    async def _history(self, call: RestCall, key: int) -> Any:
        query: HistoryQuery = call.query
        if not 1 <= query.limit <= MOST_RECORDS:
            raise Invalid(f"Expected a limit of 1 to {MOST_RECORDS} events, but found {query.limit}")

        def read(store: Store) -> shapes.Page[shapes.HistoryRecord]:
            refuse_unknown_instance(store, key)
            facts = records(
                store,
                process_instance_key=key,
                after_position=query.after_position,
                limit=query.limit + 1,
            )
            some = list(islice(facts, query.limit + 1))
            is_more = len(some) > query.limit
            return shapes.Page(some[: query.limit], some[query.limit - 1].position if is_more else 0)

        return await self._facts(read)

    async def _facts(self, question: Callable[[Store], Any]) -> Any:
        """What the read model tells, put into our words where it is read: it may be much."""
        return await self._ask(lambda store: as_facts(question(store)))


def _told(
    name: str,
    path: str,
    summary: str,
    answer: Callable[[RestCall], Any],
    response: FactsOf,
    query: type[Any] | None = None,
) -> Operation:
    return Operation(name, "GET", path, summary, answer, response=response, query=query, base=OURS)
