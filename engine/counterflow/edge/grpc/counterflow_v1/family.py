"""`counterflow.v1`: what people ask of the engine, as questions of the read model, and its commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from counterflow.edge.grpc.calls import Behaviour, Translated, Translation
from counterflow.edge.grpc.counterflow_v1 import modifications, suspensions, to_wire
from counterflow.edge.grpc.counterflow_v1.reading import Reading
from counterflow.edge.grpc.counterflow_v1.to_wire import (
    broadcast,
    message,
    messages,
    published,
    state_of,
    tree,
)
from counterflow.kernel.lives.correlation import Correlated
from counterflow.queries import shapes
from counterflow.queries.decisions import decision_xml, list_decisions
from counterflow.queries.definitions import definition_xml, list_definitions, refuse_unknown_process
from counterflow.queries.incidents import list_incidents
from counterflow.queries.instance_filter import InstanceFilter
from counterflow.queries.instances import list_process_instances, process_instance
from counterflow.queries.jobs import list_jobs
from counterflow.queries.messages import message as published_message
from counterflow.queries.migration import migration_plan
from counterflow.queries.quarantine import list_quarantined
from counterflow.queries.reasons import reasons
from counterflow.queries.shapes import HistoryRecord
from counterflow.queries.signals import signal
from counterflow.queries.undo_plan import undo_plan
from counterflow.service.requests import activations, correlation, document, migration
from counterflow.service.service import Service
from counterflow.store.port import Store
from counterflow.wire.contract import Call
from counterflow_wire import counterflow_v1 as wire


class CounterflowService:
    """The reading service, and the commands in it."""

    def __init__(self, service: Service) -> None:
        self._questions = service.questions
        self._read = Reading(service).read
        self._release = service.commands.release
        self._carry_out = service.commands.submit
        self._trigger = service.commands.trigger
        self._activate = service.commands.activate_activities
        self._variable_bytes = service.settings.variable_bytes
        self._release_due = service.commands.release_due
        self._default_order = service.settings.compensation_order
        self._asked_for = service.asked_for

    def behaviours(self) -> Mapping[str, Behaviour]:
        """By rpc; the history, which may be long, is not among them."""
        return {
            "ListDefinitions": self.list_definitions,
            "GetDefinitionXml": self.get_definition_xml,
            "ListDecisions": self.list_decisions,
            "GetDecisionXml": self.get_decision_xml,
            "ListProcessInstances": self.list_process_instances,
            "GetProcessInstance": self.get_process_instance,
            "ExplainProcessInstance": self.explain_process_instance,
            "PlanUndo": self.plan_undo,
            "PlanMigration": self.plan_migration,
            "Migrate": self.migrate,
            "ListSuspensions": self.list_suspensions,
            "ListIncidents": self.list_incidents,
            "ListJobs": self.list_jobs,
            "GetMessage": self.get_message,
            "GetSignal": self.get_signal,
            "TriggerElement": self.trigger_element,
            "ActivateAdHocSubProcessActivities": self.activate_activities,
            "GetQuarantine": self.get_quarantine,
            "ReleaseQuarantined": self.release_quarantined,
            "ReleaseDue": self.release_due,
        }

    def translations(self) -> Mapping[str, Translation]:
        """By rpc, those that are one command each."""
        return {
            "CorrelateMessage": self.correlate_message,
            "ModifyProcessInstance": self.modify,
            "Suspend": suspensions.suspend,
            "Resume": suspensions.resume,
        }

    async def list_definitions(
        self, request: wire.ListDefinitionsRequest, call: Call
    ) -> wire.ListDefinitionsResponse:
        """Versions of processes, newest first."""

        def read(store: Store) -> wire.ListDefinitionsResponse:
            page = list_definitions(
                store,
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
        self, request: wire.GetDefinitionXmlRequest, call: Call
    ) -> wire.GetDefinitionXmlResponse:
        """A diagram as it was deployed."""
        key = request.process_definition_key
        return await self._read(
            lambda store: message(wire.GetDefinitionXmlResponse, definition_xml(store, key))
        )

    async def list_decisions(
        self, request: wire.ListDecisionsRequest, call: Call
    ) -> wire.ListDecisionsResponse:
        """Versions of decisions, newest first."""

        def read(store: Store) -> wire.ListDecisionsResponse:
            page = list_decisions(
                store,
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
        self, request: wire.GetDecisionXmlRequest, call: Call
    ) -> wire.GetDecisionXmlResponse:
        """A decision model as it was deployed."""
        return await self._read(
            lambda store: message(wire.GetDecisionXmlResponse, decision_xml(store, request.decision_key))
        )

    async def list_process_instances(
        self, request: wire.ListProcessInstancesRequest, call: Call
    ) -> wire.ListProcessInstancesResponse:
        """Instances, newest first."""
        chosen = InstanceFilter(
            bpmn_process_id=request.bpmn_process_id,
            definition_key=request.process_definition_key,
            state=state_of(shapes.ProcessInstance, "a process instance", request.state),
            with_incidents=request.with_incidents,
            started_after_ms=request.started_after_ms,
            started_before_ms=request.started_before_ms,
            variable_name=request.variable_name,
            variable_json=request.variable_json,
            roots_only=request.roots_only,
            business_id=request.business_id,
            tag=request.tag,
        )

        def read(store: Store) -> wire.ListProcessInstancesResponse:
            page = list_process_instances(
                store,
                chosen,
                page_size=request.page_size,
                page_key=request.page_key,
                count=request.count,
            )
            if not page.items:
                refuse_unknown_process(store, request.bpmn_process_id)
            return wire.ListProcessInstancesResponse(
                process_instances=messages(wire.ProcessInstance, page.items),
                next_page_key=page.next_page_key,
                total=page.total,
                total_is_at_least=page.total_is_at_least,
            )

        return await self._read(read)

    async def get_process_instance(
        self, request: wire.GetProcessInstanceRequest, call: Call
    ) -> wire.GetProcessInstanceResponse:
        """One instance as a tree."""
        return await self._read(
            lambda store: tree(
                process_instance(
                    store,
                    request.process_instance_key,
                    active_only=request.active_only,
                    element_limit=request.element_limit,
                )
            )
        )

    async def explain_process_instance(
        self, request: wire.ExplainProcessInstanceRequest, call: Call
    ) -> wire.ExplainProcessInstanceResponse:
        """Why an instance has not gone on."""
        key, asked_for = request.process_instance_key, self._asked_for()
        return await self._read(lambda store: to_wire.reasons(reasons(store, key, asked_for)))

    async def plan_undo(self, request: wire.PlanUndoRequest, call: Call) -> wire.PlanUndoResponse:
        """What a compensation would run."""
        return await self._read(
            lambda store: to_wire.undo_plan(
                undo_plan(
                    store,
                    request.process_instance_key,
                    scope_key=request.scope_key,
                    default_order=self._default_order,
                    handler_limit=request.handler_limit,
                )
            )
        )

    async def plan_migration(
        self, request: wire.PlanMigrationRequest, call: Call
    ) -> wire.PlanMigrationResponse:
        """What a migration would do."""
        return await self._read(
            lambda store: to_wire.migration_plan(
                migration_plan(
                    store,
                    request.process_instance_key,
                    request.target_definition_key,
                    mappings=_mappings(request.mappings),
                    move_limit=request.move_limit,
                )
            )
        )

    async def migrate(self, request: wire.MigrateRequest, call: Call) -> wire.MigrateResponse:
        """An instance is brought to another definition."""
        await self._carry_out(
            migration(
                process_instance_key=request.process_instance_key,
                target_definition_key=request.target_definition_key,
                mappings=_mappings(request.mappings),
                proposes=True,
                accepts_losses=request.accept_losses,
            )
        )
        return wire.MigrateResponse()

    async def list_suspensions(
        self, request: wire.ListSuspensionsRequest, call: Call
    ) -> wire.ListSuspensionsResponse:
        """What is held back."""
        return await self._read(suspensions.listed)

    async def list_incidents(
        self, request: wire.ListIncidentsRequest, call: Call
    ) -> wire.ListIncidentsResponse:
        """What waits for a person."""

        def read(store: Store) -> wire.ListIncidentsResponse:
            page = list_incidents(
                store,
                process_instance_key=request.process_instance_key,
                with_called=request.with_called,
                page_size=request.page_size,
                page_key=request.page_key,
            )
            return wire.ListIncidentsResponse(
                incidents=messages(wire.Incident, page.items), next_page_key=page.next_page_key
            )

        return await self._read(read)

    async def list_jobs(self, request: wire.ListJobsRequest, call: Call) -> wire.ListJobsResponse:
        """Work that is not done."""
        state = state_of(shapes.Job, "a job", request.state)

        def read(store: Store) -> wire.ListJobsResponse:
            page = list_jobs(
                store,
                job_type=request.type,
                process_instance_key=request.process_instance_key,
                state=state,
                page_size=request.page_size,
                page_key=request.page_key,
            )
            return wire.ListJobsResponse(jobs=to_wire.jobs(page.items), next_page_key=page.next_page_key)

        return await self._read(read)

    async def get_message(self, request: wire.GetMessageRequest, call: Call) -> wire.GetMessageResponse:
        """What has become of a message."""
        return await self._read(lambda store: published(published_message(store, request.message_key)))

    async def get_signal(self, request: wire.GetSignalRequest, call: Call) -> wire.GetSignalResponse:
        """Whom a signal has reached."""
        return await self._read(lambda store: broadcast(signal(store, request.signal_key)))

    def correlate_message(self, request: wire.CorrelateMessageRequest) -> Translated:
        """A message reaches who waits for it now, or is refused."""
        command = correlation(
            name=request.name,
            correlation_key=request.correlation_key,
            variables=document(request.variables_json, self._variable_bytes),
        )
        return Translated(command, _correlated, begins=True)

    async def trigger_element(
        self, request: wire.TriggerElementRequest, call: Call
    ) -> wire.TriggerElementResponse:
        """What an element waits for has come."""
        variables = document(request.variables_json, self._variable_bytes)
        return message(
            wire.TriggerElementResponse, await self._trigger(request.element_instance_key, variables)
        )

    async def activate_activities(
        self, request: wire.ActivateAdHocSubProcessActivitiesRequest, call: Call
    ) -> wire.ActivateAdHocSubProcessActivitiesResponse:
        """Activities of an ad-hoc sub-process begin."""
        activities = activations(
            ((activity.element_id, activity.variables_json) for activity in request.activities),
            self._variable_bytes,
        )
        await self._activate(
            request.ad_hoc_sub_process_instance_key, activities, request.cancel_remaining_instances
        )
        return wire.ActivateAdHocSubProcessActivitiesResponse()

    def modify(self, request: wire.ModifyProcessInstanceRequest) -> Translated:
        """Tokens of an instance end, begin and move."""
        return Translated(modifications.command_of(request, self._variable_bytes))

    async def get_quarantine(
        self, request: wire.GetQuarantineRequest, call: Call
    ) -> wire.GetQuarantineResponse:
        """Instances that were set aside."""

        def read(store: Store) -> wire.GetQuarantineResponse:
            page = list_quarantined(store, page_size=request.page_size, page_key=request.page_key)
            return wire.GetQuarantineResponse(
                quarantined_instances=messages(wire.QuarantinedInstance, page.items),
                next_page_key=page.next_page_key,
            )

        return await self._read(read)

    async def get_history(self, request: wire.GetHistoryRequest, call: Call) -> None:
        """The log, record by record."""

        async def deliver(some: Sequence[HistoryRecord]) -> None:
            for record in some:
                await call.write(message(wire.HistoryRecord, record).SerializeToString())

        await self._questions.history(
            deliver,
            process_instance_key=request.process_instance_key,
            after_position=request.after_position,
            limit=request.limit,
            account=call.account,
        )

    async def release_quarantined(
        self, request: wire.ReleaseQuarantinedRequest, call: Call
    ) -> wire.ReleaseQuarantinedResponse:
        """An instance that was set aside goes on."""
        await self._release(request.process_instance_key)
        return wire.ReleaseQuarantinedResponse()

    async def release_due(self, request: wire.ReleaseDueRequest, call: Call) -> wire.ReleaseDueResponse:
        """What is due comes."""
        return wire.ReleaseDueResponse(was_held=self._release_due())


def _mappings(pairs: Iterable[wire.ElementMapping]) -> list[tuple[str, str]]:
    return [(one.source_element_id, one.target_element_id) for one in pairs]


def _correlated(correlated: Correlated) -> wire.CorrelateMessageResponse:
    return message(wire.CorrelateMessageResponse, correlated)
