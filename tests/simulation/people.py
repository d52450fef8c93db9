"""People and systems around the engine: who begins instances, sends messages, meddles, and mends what stands
still.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from counterflow.kernel.elements.ad_hoc_activation import ActivateAdHocSubProcessActivities
from counterflow.kernel.events.conditional import EvaluateConditional
from counterflow.kernel.events.signal import BroadcastSignal
from counterflow.kernel.lives.correlation import CorrelateMessage, PublishMessage, TriggerElement
from counterflow.kernel.lives.decisions import EvaluateDecision
from counterflow.kernel.lives.deletions import DeleteResource
from counterflow.kernel.lives.instances import CancelProcessInstance, CreateProcessInstance
from counterflow.kernel.lives.jobs import UpdateJobRetries
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import (
    ConditionalSubscription,
    ElementInstance,
    Incident,
    Job,
    MessageSubscription,
    ProcessDefinition,
    ProcessInstance,
    Quarantine,
    SignalSubscription,
    Timer,
)
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.kernel.work.origin import BODY
from counterflow.model.events import ConditionalDefinition, MessageDefinition
from tests.kernel.bench import document
from tests.simulation.faults import KEYS, PATIENCE_MS, PUNCTUAL_MS, SET_ASIDE, TROUBLED_MS
from tests.simulation.generator import BEGINS
from tests.simulation.invariants import Violation
from tests.simulation.oracle import data_of
from tests.simulation.shapes import Activity, name_of, places
from tests.simulation.words import DECISION

if TYPE_CHECKING:
    from tests.simulation.world import World

IN_VAIN = 4
"""So often an incident is resolved in calm times before its instance is given up."""


class People:
    """Give commands as chance says, as long as there is trouble; then see to it that everything ends."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._resolved: Counter[tuple[int, str]] = Counter()
        """How often an incident of an element instance was resolved, by its type."""

    def create(self) -> None:
        """An instance begins."""
        chance = self._world.chance
        version = 1 if len(self._world.resources) > 1 and chance.random() < 0.2 else -1
        start_at = self._places() if version > 0 or len(self._world.resources) == 1 else ()
        if start_at:
            self._world.fired["begun elsewhere"] += 1
        self._world.submit(
            CreateProcessInstance(
                bpmn_process_id="main", version=version, start_at=start_at, variables=self._beginning()
            )
        )

    def _places(self) -> tuple[str, ...]:
        """Where to begin instead of the start event: at any place, or at two that wait.

        Where an event sub-process is, only at what waits: a message that has come before would be there while
        the place is passed.
        """
        chance, case = self._world.chance, self._world.case
        if chance.random() > 0.2:
            return ()
        if not case.is_structured:
            (process,) = self._world.resources[0].processes
            return (chance.choice(sorted(process.nodes)),)
        found = places(case.processes[0].course)
        waiting = [step for step in found if isinstance(step, Activity)]
        scopes = [case.processes[0].event_scopes, *(step.event_scopes for step in waiting)]
        chosen = (
            chance.sample(waiting, 2)
            if len(waiting) > 1 and chance.random() < 0.3
            else [chance.choice(waiting if any(scopes) else found)]
        )
        return tuple(name_of(step) for step in chosen)

    def _beginning(self) -> dict[str, bytes]:
        """What every instance begins with: the key of its messages, and the way that each choice takes."""
        key = self._world.chance.choice(KEYS)
        values: dict[str, object] = {
            "key": key,
            "businessKey": key,
            "again": self._world.chance.random() < 0.3,
        }
        for process in self._world.processes.values():
            values |= {
                f"c_{name}": self._world.chance.randint(0, 2)
                for name in process.nodes
                if name.startswith("x")
            }
        return document(**values, **self._true_already())

    def _true_already(self) -> dict[str, object]:
        """Some of what conditions wait for."""
        if self._world.chance.random() < 0.7:
            return {}
        names = sorted(
            {
                name
                for process in self._world.processes.values()
                for node in process.nodes.values()
                if isinstance(node.event, ConditionalDefinition)
                for name in node.event.variables
                if name != BEGINS
            }
        )
        held = [name for name in names if self._world.chance.random() < 0.4]
        self._world.fired["condition true already"] += bool(held)
        return dict.fromkeys(held, True)

    def meddle(self) -> None:
        """Something that nobody has asked for."""
        makers = [
            *[self._publish] * 3,
            *[self._make_true] * 2,
            self._evaluate_conditional,
            self._correlate,
            self._delete,
            self._trigger,
            *[self._call_by_name] * 2,
            self._broadcast,
            self._set_variables,
            self._cancel,
            self.restart,
            self._update_retries,
            self._set_aside,
            self._evaluate,
            *[self._activate] * (4 if self._world.ad_hoc else 0),
        ]
        if not self._world.is_calm:
            self._world.chance.choice(makers)()

    def _publish(self) -> None:
        names = sorted(
            {row.message_name for row in self._world.store.scan(MessageSubscription, {})} | self._names()
        )
        if not names:
            return
        name = self._world.chance.choice(names)
        key = self._world.chance.choice(self._keys_of(name))
        command = PublishMessage(
            name=name,
            correlation_key=key,
            message_id=self._world.chance.choice(["", "", "same"]),
            time_to_live_ms=self._world.chance.choice([0, 3_000, 20_000]),
            variables=self._beginning() if name in {"begin", "begun"} else self._news(),
        )
        self._world.submit(command)
        if self._world.strikes("message twice", 0.3):
            self._world.soon(self._world.chance.uniform(0, 1), lambda: self._world.give(command))

    def _correlate(self) -> None:
        """A message for somebody who waits now, most often one that somebody does wait for."""
        chance, waiting = self._world.chance, self._world.store.scan(MessageSubscription, {})
        if waiting and chance.random() < 0.7:
            row = chance.choice(waiting)
            name, key = row.message_name, chance.choice(row.keys)
        else:
            name, key = "begin", chance.choice(KEYS)
        variables = self._beginning() if name in {"begin", "begun"} else self._news()
        self._world.submit(CorrelateMessage(name=name, correlation_key=key, variables=variables))

    def _delete(self) -> None:
        """The latest version of what begins is deleted, where there is one before it."""
        found = self._world.store.scan(ProcessDefinition, {"bpmn_process_id": "main", "deleted_at_ms": None})
        if len(found) > 1:
            self._world.submit(DeleteResource(resource_key=found[-1].key))

    def _keys_of(self, name: str) -> Sequence[str]:
        """Those of the models, and what else those who wait for a message by their instance are meant by."""
        waiting = [
            row
            for row in self._world.store.scan(MessageSubscription, {"message_name": name})
            if row.by_instance
        ]
        return sorted([*KEYS, *(key for row in waiting for key in row.keys)])

    def _call_by_name(self) -> None:
        """A message without a key, best of a name that several wait for."""
        names = Counter(
            row.message_name for row in self._world.store.scan(MessageSubscription, {}) if row.by_instance
        )
        several = sorted(name for name, count in names.items() if count > 1)
        if names:
            name = self._world.chance.choice(several or sorted(names))
            self._world.submit(PublishMessage(name=name, correlation_key="", variables=self._news()))

    def _trigger(self) -> None:
        waiting = self._world.store.scan(MessageSubscription, {})
        if waiting:
            key = self._world.chance.choice(waiting).element_instance_key
            self._world.submit(TriggerElement(key=key, variables=self._news()))

    def _broadcast(self) -> None:
        name = self._world.chance.choice(["begin", "s1", "s2", "s3"])
        variables = self._beginning() if name == "begin" else self._news()
        self._world.submit(BroadcastSignal(name=name, variables=variables))

    def _news(self) -> dict[str, bytes]:
        number = self._world.chance.randint(0, 9)
        return document(note=number, d=data_of(self._world.seed, number))

    def _names(self) -> set[str]:
        events = [node.event for process in self._world.processes.values() for node in process.nodes.values()]
        names = {event.name for event in events if isinstance(event, MessageDefinition)}
        return {name for name in names if isinstance(name, str)}

    def _set_variables(self) -> None:
        roots = self._active()
        if roots:
            self._world.fired["variables set"] += 1
            key = self._world.chance.choice(roots).key
            self._world.submit(
                SetVariables(
                    element_instance_key=key,
                    variables=document(note=1),
                    local=self._world.chance.random() < 0.5,
                )
            )

    def _make_true(self) -> None:
        """A variable that a condition is about changes, where it is waited for or, for all, at the process."""
        waiting = self._world.store.scan(ConditionalSubscription, {})
        if not waiting:
            return
        chance, row = self._world.chance, self._world.chance.choice(waiting)
        value = chance.choice([True, True, True, True, False, None, 7])
        at = row.element_instance_key if chance.random() < 0.8 else row.process_instance_key
        self._world.fired["condition made true"] += value is True
        self._world.submit(
            SetVariables(
                element_instance_key=at, variables=document(**{row.variable_names: value}), local=True
            )
        )

    def _make_all_true(self) -> None:
        for row in self._world.store.scan(ConditionalSubscription, {}):
            holds = document(**{row.variable_names: True})
            at = row.element_instance_key
            self._world.give(SetVariables(element_instance_key=at, variables=holds, local=True))

    def _evaluate_conditional(self) -> None:
        begins = self._world.chance.choice([True, True, False])
        variables = {**self._beginning(), **document(**{BEGINS: begins})}
        self._world.submit(EvaluateConditional(variables=variables))

    def _cancel(self) -> None:
        roots = [row for row in self._active() if not row.parent_instance_key]
        if roots and self._world.chance.random() < 0.4:
            self._world.fired["cancelled"] += 1
            self._world.submit(
                CancelProcessInstance(process_instance_key=self._world.chance.choice(roots).key)
            )

    def _update_retries(self) -> None:
        jobs = self._world.store.scan(Job, {})
        if jobs:
            self._world.fired["retries updated"] += 1
            key = self._world.chance.choice(jobs).key
            self._world.submit(UpdateJobRetries(job_key=key, retries=self._world.chance.choice([1, 5])))

    def _evaluate(self) -> None:
        self._world.submit(EvaluateDecision(decision_id=DECISION, variables={}))

    def _activate(self) -> None:
        """Somebody begins activities of an ad-hoc sub-process, beside what is under way or instead of it."""
        chance, known = self._world.chance, self._world.ad_hoc
        rows = self._world.store.scan(ElementInstance, {})
        at_work = [row for row in rows if row.element_id in known and row.loop_counter != BODY]
        if at_work:
            scope = chance.choice(at_work)
            chosen = chance.choices(known[scope.element_id], k=chance.choice([1, 1, 2]))
            self._world.submit(
                ActivateAdHocSubProcessActivities(
                    element_instance_key=scope.key,
                    activities=tuple((activity, document(note=2)) for activity in chosen),
                    cancel_remaining=chance.random() < 0.3,
                )
            )

    def _set_aside(self) -> None:
        """An instance is quarantined, as after a fault of the kernel."""
        roots = self._active()
        if roots and self._world.writer is not None:
            self._world.fired["set aside"] += 1
            key = self._world.chance.choice(roots).key
            self._world.give(QuarantineInstance(process_instance_key=key, reason=SET_ASIDE))

    def restart(self) -> None:
        """The process is stopped, as for an upgrade."""
        self._world.fired["restarted in peace"] += 1
        self._world.die()

    def _active(self) -> Sequence[ProcessInstance]:
        return self._world.store.scan(ProcessInstance, {"state": "active"})

    def mend(self) -> None:
        """Resolve incidents, bring what is waited for, and at last cancel what can never end."""
        self._world.soon(2, self.mend)
        for aside in self._world.store.scan(Quarantine, {}):
            if self._world.is_calm or self._world.chance.random() < 0.3:
                self._world.fired["released"] += 1
                self._world.submit(ReleaseInstance(process_instance_key=aside.process_instance_key))
        for incident in self._world.store.scan(Incident, {}):
            trouble = incident.element_instance_key, incident.error_type
            self._resolved[trouble] += 1
            if self._world.is_calm and self._resolved[trouble] > IN_VAIN:
                self._give_up(incident.process_instance_key)
                continue
            if incident.job_key:
                self._world.submit(UpdateJobRetries(job_key=incident.job_key, retries=1))
            self._world.submit(ResolveIncident(incident_key=incident.key))
            self._world.fired["incident resolved"] += 1
        if self._world.is_calm:
            self._finish()
        elif self._world.chance.random() < 0.5:
            self._make_true()

    def _give_up(self, key: int) -> None:
        """What only raises its incident again is cancelled, with all that has called it."""
        row = self._world.store.get(ProcessInstance, (key,))
        while row is not None and row.parent_instance_key:
            row = self._world.store.get(ProcessInstance, (row.parent_instance_key,))
        if row is not None:
            self._world.give(CancelProcessInstance(process_instance_key=row.key))

    def _finish(self) -> None:
        waiting = self._world.store.scan(MessageSubscription, {})
        meant = {
            (row.message_name, str(row.process_instance_key) if row.by_instance else row.correlation_key)
            for row in waiting
        }
        for name, key in sorted(meant):
            self._world.give(PublishMessage(name=name, correlation_key=key, variables={}))
        for name in sorted({row.signal_name for row in self._world.store.scan(SignalSubscription, {})}):
            self._world.give(BroadcastSignal(name=name, variables={}))
        self._make_all_true()
        late = [
            row
            for row in self._world.store.scan(Timer, {})
            if row.due_ms < self._world.clock.must_be_ms() - PUNCTUAL_MS
        ]
        if late and self._world.clock.seconds * 1_000 > TROUBLED_MS + 2 * PUNCTUAL_MS:
            self._world.fail(Violation(f"these timers are long due: {late}"))
        active = self._active()
        stuck = self._world.clock.seconds * 1_000 > TROUBLED_MS + 60_000
        for row in active:
            if stuck and not row.parent_instance_key:
                self._world.give(CancelProcessInstance(process_instance_key=row.key))
        if not active:
            self._world.finish()
        elif self._world.clock.seconds * 1_000 > PATIENCE_MS:
            self._world.fail(Violation(f"instances never end: {active}"))
