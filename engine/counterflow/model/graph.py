"""The diagram as frozen data: what a deployed process is, once read.

A `Process` is a tree of scopes (the process, sub-processes, event sub-processes) flattened into one mapping
of `Node`s by element id. Everything that can be decided at deployment is decided here: flows are joined to
their ends, expressions are compiled, job headers are bytes, an activity knows the handler that undoes it.
Nodes refer to each other by id, so that the whole is a value: it can be compared, hashed by its XML and
shared between threads.

Names are those of BPMN 2.0.2 (OMG formal/13-12-09); clauses are given where a rule comes from one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Final

from counterflow.feel import Expression
from counterflow.model.data import GoesIn, VariableMapping
from counterflow.model.events import CompensationOrder, EventDefinition


class Dialect(StrEnum):
    """Whose extension elements a model uses. What they run differently is decided when a model is read."""

    ZEEBE = "zeebe"
    CAMUNDA = "camunda"
    STANDARD = "standard"
    """Nobody's: a model that says all it says in BPMN's own words."""


class Behaviour(StrEnum):
    """Which room of the kernel runs a node. One value per file in `kernel/elements/` that stands for an
    element.
    """

    PROCESS = "process"
    SUB_PROCESS = "sub_process"
    EVENT_SUB_PROCESS = "event_sub_process"
    AD_HOC_SUB_PROCESS = "ad_hoc_sub_process"
    AD_HOC_INNER_INSTANCE = "ad_hoc_inner_instance"
    """One activation inside an ad-hoc sub-process: drawn nowhere, a scope of its own."""
    START_EVENT = "start_event"
    END_EVENT = "end_event"
    THROW_EVENT = "throw_event"
    BOUNDARY_EVENT = "boundary_event"
    CATCH_EVENT = "catch_event"
    EXCLUSIVE_GATEWAY = "exclusive_gateway"
    PARALLEL_GATEWAY = "parallel_gateway"
    INCLUSIVE_GATEWAY = "inclusive_gateway"
    COMPLEX_GATEWAY = "complex_gateway"
    EVENT_BASED_GATEWAY = "event_based_gateway"
    CALL_ACTIVITY = "call_activity"
    MULTI_INSTANCE = "multi_instance"
    """The body of an activity with `Node.multi_instance`; the activity inside has its own behaviour."""
    STANDARD_LOOP = "standard_loop"
    """The same of an activity with `Node.standard_loop`."""
    JOB_TASK = "job_task"
    USER_TASK = "user_task"
    SCRIPT_TASK = "script_task"
    RULE_TASK = "rule_task"
    PASS_THROUGH = "pass_through"  # noqa: S105 - a kind of element, not a password


class Binding(StrEnum):
    """Which version is called: the latest, the one deployed with the process, a numbered or labelled one."""

    LATEST = "latest"
    DEPLOYMENT = "deployment"
    VERSION = "version"
    VERSION_TAG = "versionTag"


@dataclass(frozen=True, slots=True)
class CalledProcess:
    """Which process a call activity runs, and which variables go in and out.

    `which` is the number or the label of the version, where the binding asks for one.

    `is_past_on_return`: what went in by a mapping has been the called process's alone, so that what comes out
    goes past the variables that the call has made of it.

    `handed_out_on_throw`: what goes out as well when something thrown leaves the call, beside everything
    where everything goes out; None where nothing does.
    """

    process_id: str | Expression
    goes_in: GoesIn = GoesIn.EVERYTHING
    propagate_all_out: bool = True
    is_past_on_return: bool = False
    binding: Binding = Binding.LATEST
    which: str | Expression | None = None
    handed_out_on_throw: tuple[VariableMapping, ...] | None = None


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """An activity done once for each item of a collection (or so many times). BPMN 2.0.2, 13.3.7.

    `collection` gives a list, or a number where `is_counted`; each item is known inside as
    `element_variable`, its place as `loopCounter`. `output_element` of every instance is gathered, in the
    order of the items, in `output_collection`. When `completion_condition` holds after an instance has ended,
    the rest is not done.
    """

    is_sequential: bool
    collection: Expression
    element_variable: str | None = None
    output_collection: str | None = None
    output_element: Expression | None = None
    completion_condition: Expression | None = None
    first_loop_counter: int = 1
    """What `loopCounter` is in the first instance: 1, in camunda: models 0."""
    is_counted: bool = False
    """Whether `collection` is a cardinality, in camunda: models: a number that says how often. A collection
    is never a number.
    """
    is_undone_as_a_whole: bool = True
    """Whether its handler runs once for all instances together; in camunda: models once for each of them."""
    outputs_stay_inside: bool = True
    """Whether an instance's own variables take its outputs first, so that `output_element` finds them. They
    do not in camunda: models.
    """


@dataclass(frozen=True, slots=True)
class AdHoc:
    """What an ad-hoc sub-process activates, and when it is done. BPMN 2.0.2, 10.3.5 and 13.3.5.

    `activities` are the ids of what may be activated: what no flow leads to. Each activation is an instance
    of the node `inner`. `active_elements` gives a list of such ids; with None, or where a worker decides,
    none is activated at the beginning. `output_element` of every flow that has ended is gathered, in this
    order, in `output_collection`. When `completion_condition` holds after a flow has ended nothing more is
    activated, and with `cancels_remaining` the rest is swept away. With `is_sequential` (`ordering`) there is
    one activation at a time.
    """

    inner: str
    activities: tuple[str, ...]
    described: bytes
    """The activities as variable `adHocSubProcessElements`: JSON, with name, documentation and properties."""
    active_elements: Expression | None = None
    output_collection: str | None = None
    output_element: Expression | None = None
    completion_condition: Expression | None = None
    cancels_remaining: bool = True
    is_sequential: bool = False


@dataclass(frozen=True, slots=True)
class StandardLoop:
    """An activity done round after round, as long as a condition holds. BPMN 2.0.2, 13.3.6.

    `condition` is asked after each round, or before each where `is_tested_before`; without one there are
    `maximum` rounds, and never more. `loopCounter` is the number of the round, from `first_loop_counter`.
    """

    condition: Expression | None
    maximum: int | None = None
    is_tested_before: bool = False
    first_loop_counter: int = 1


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. `condition` is None where it is unconditional or the default flow."""

    id: str
    source: str
    target: str
    condition: Expression | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class RetryCycle:
    """How often and how far apart the server lets a job be tried, whatever its worker says (`R3/PT1S`)."""

    tries: int
    interval_ms: int


class HeaderKind(Enum):
    """What the value of a computed header must be.

    A text goes into the header as it is, any other value as JSON. Null leaves a value of any kind out, and a
    moment; an empty text leaves out a text and a moment.
    """

    ANY = "a value"
    TEXT = "a text"
    TEXTS = "a list of texts"
    MOMENT = "a date and time"


@dataclass(frozen=True, slots=True)
class HeaderExpression:
    """A header by name, where its value comes from, and what that must be."""

    name: str
    source: Expression
    kind: HeaderKind = HeaderKind.ANY


@dataclass(frozen=True, slots=True)
class JobError:
    """A BPMN error with this code that a job ends with where an expression holds, whatever is told of it."""

    condition: Expression
    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class JobDefinition:
    """The job that a task becomes. `type` and `retries` are constants or expressions; `headers` is a JSON
    object, encoded once.
    """

    type: str | Expression
    retries: int | Expression = 3
    headers: bytes = b"{}"
    retry_cycle: RetryCycle | None = None
    result_variable: str | None = None
    header_expressions: tuple[HeaderExpression, ...] = ()
    """Headers whose value is computed when the job is created: the assignee of a user task, say."""
    errors: tuple[JobError, ...] = ()
    """Asked when its worker has completed it or failed; the first that holds is thrown in place of that."""


@dataclass(frozen=True, slots=True)
class ScriptDefinition:
    """An expression that a task evaluates in the engine, and the variable that receives its value, if any."""

    expression: Expression
    result_variable: str | None


class ResultMapping(StrEnum):
    """What of a decision's output goes into the result variable, as DMN says or as Camunda 7 does. By DMN it
    is all of it; Camunda 7 takes something out of its rows.
    """

    OUTPUT = "output"
    SINGLE_ENTRY = "singleEntry"
    SINGLE_RESULT = "singleResult"
    COLLECT_ENTRIES = "collectEntries"
    RESULT_LIST = "resultList"
    ENTRIES = "entries"
    """The outputs of the one rule, each as a variable of its own name."""


@dataclass(frozen=True, slots=True)
class CalledDecision:
    """The decision that a business rule task evaluates in the engine, and its result's variable.

    `which` is the number or the label of the version, where the binding asks for one. `keeps_rows` is True
    where an output mapping reads `decisionResult`: then the output is there, too, as a list of rows of named
    entries.
    """

    decision_id: str | Expression
    result_variable: str | None
    binding: Binding = Binding.LATEST
    which: str | Expression | None = None
    result_mapping: ResultMapping = ResultMapping.OUTPUT
    keeps_rows: bool = False


class Transition(StrEnum):
    """What is being done to a user task, until it is done; its listeners are asked before it is."""

    CREATING = "creating"
    ASSIGNING = "assigning"
    UPDATING = "updating"
    COMPLETING = "completing"
    CANCELING = "canceling"


TASK_LISTENER_EVENTS: Final = frozenset(Transition)


@dataclass(frozen=True, slots=True)
class TaskListener:
    """Who is asked before something becomes of a user task: a worker, or an expression that is evaluated."""

    event: Transition
    work: JobDefinition | ScriptDefinition


PRIORITIES: Final = (0, 100)
"""The least and the most that the priority of a user task may be.

That of a lenient one may be what the wire's int32 can say.
"""
LENIENT_PRIORITIES: Final = (-(2**31) + 1, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class FormReference:
    """The deployed form of a user task, by its id.

    `which` is the label of the version, where the binding asks for one, or its number.
    """

    form_id: str | Expression
    binding: Binding = Binding.LATEST
    which: str | Expression | None = None


@dataclass(frozen=True, slots=True)
class UserTaskDefinition:
    """What a person is to do, who may, and until when. Texts are constants or expressions; dates are ISO
    8601.

    `headers` is a JSON object, encoded once. `form` is deployed; where the form is kept elsewhere, or inside
    the model, `form_key` says how it is called there.
    """

    assignee: str | Expression = ""
    candidate_groups: tuple[str | Expression, ...] = ()
    """Each a name, or an expression that gives a list of names."""
    candidate_users: tuple[str | Expression, ...] = ()
    due_date: str | Expression = ""
    follow_up_date: str | Expression = ""
    priority: int | Expression = 50
    form: FormReference | None = None
    form_key: str | Expression = ""
    headers: bytes = b"{}"
    listeners: tuple[TaskListener, ...] = ()
    """Who is asked before something becomes of the task: those of an event in turn, as they stand."""
    listeners_are_code: bool = False
    """Whether they were code of Camunda 7: they may give variables, and who is given a task updates it."""
    is_lenient: bool = False
    """Whether expressions may give null for nobody and none, and names as one text with commas.

    Then priorities may be any, too. It is so in camunda: models, and in those of no vendor.
    """

    @property
    def priorities(self) -> tuple[int, int]:
        """The least and the most that the priority of such a task may be."""
        return LENIENT_PRIORITIES if self.is_lenient else PRIORITIES

    def listeners_of(self, transition: Transition, *, is_first: bool = False) -> tuple[TaskListener, ...]:
        """Who is asked before this becomes of the task; `is_first` where it is assigned as it is created.

        In Camunda 7 who is given a task that was there changes it: those of its updates are asked before.
        """
        own = tuple(one for one in self.listeners if one.event is transition)
        if transition is not Transition.ASSIGNING or is_first or not self.listeners_are_code:
            return own
        return (*(one for one in self.listeners if one.event is Transition.UPDATING), *own)


class ListenerEvent(StrEnum):
    """What a listener of an element is told of. `beforeAll` comes before the body of a multi-instance
    activity begins its instances.
    """

    BEFORE_ALL = "beforeAll"
    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Listeners:
    """What is done when an element begins and when it ends, by event: one after another, in this order.

    Each is a job, or an expression that the engine evaluates. Where `is_code`, as in camunda: models, what
    they give goes where a variable that code sets goes, and the end listeners come before the output
    mappings; else what a start listener gives is the element's own, and what an end listener gives goes to
    the scope around.
    """

    before_all: tuple[JobDefinition | ScriptDefinition, ...] = ()
    start: tuple[JobDefinition | ScriptDefinition, ...] = ()
    end: tuple[JobDefinition | ScriptDefinition, ...] = ()
    is_code: bool = False

    def of(self, event: ListenerEvent) -> tuple[JobDefinition | ScriptDefinition, ...]:
        """The listeners of an event."""
        if event is ListenerEvent.END:
            return self.end
        return self.start if event is ListenerEvent.START else self.before_all


Work = JobDefinition | UserTaskDefinition | ScriptDefinition | CalledDecision | CalledProcess
"""What an element does between entering and leaving, where that is not its own."""


@dataclass(frozen=True, slots=True)
class Compensation:
    """How an activity is undone: the boundary event that catches, the activity that undoes, and a variable.
    Under that, if the model asks for one, the handler sees what the activity's own job or decision had
    returned.
    """

    boundary_event: str
    handler: str
    result_variable: str | None = None


Reach = Mapping[str, frozenset[str]]
"""By an element's id in a join's scope: along which of its flows, by id, a token there can still come. The
flows are the join's incoming ones (`reach.py`).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One element of a process that can hold a token or catch an event."""

    id: str
    type: str
    """The BPMN tag, e.g. `serviceTask`; shown to people, never branched on."""
    behaviour: Behaviour
    parent: str
    """Id of the enclosing scope; empty for the process itself."""
    name: str = ""
    line: int = 0
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()
    default_flow: str | None = None
    reach: Reach | None = None
    """Joins only that wait for what can still come, and have several incoming flows."""
    activation: Expression | None = None
    """Complex gateways only: the condition by which a round begins."""
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    results_stay_local: bool = False
    """True where results of the element are visible outside only through its output mappings. In zeebe:
    models they are where it has output mappings.
    """
    event: EventDefinition | None = None
    interrupting: bool = True
    hands_out: bool = False
    """Boundary events only: whether what the event brought goes to the scope around without a mapping."""
    inputs_see_event: bool = False
    """Event sub-processes only: whether input mappings see what the event brought, and may hide it."""
    work: Work | None = None
    listeners: Listeners | None = None
    """What is done before its own work and after it; None where nothing is."""
    boundary_events: tuple[str, ...] = ()
    """Boundary events attached to this activity that wait while it is active. Compensation ones are in
    `compensation`.
    """
    waits_for: tuple[str, ...] = ()
    """Events with a timer or a message that are waited for while this element is active. They are its own,
    those on its border, those that start event sub-processes inside it, those that follow an event-based
    gateway.
    """
    body: Behaviour | None = None
    """Activities only that are done several times: the room of what stands around the times it is done."""
    multi_instance: MultiInstance | None = None
    ad_hoc: AdHoc | None = None
    """Ad-hoc sub-processes only. Their `children` are the inner instance and event sub-processes."""
    standard_loop: StandardLoop | None = None
    attached_to: str | None = None
    """Boundary events only: the activity it sits on."""
    is_for_compensation: bool = False
    compensation: Compensation | None = None
    start_event: str | None = None
    """Scopes only: the start event a token begins at; for an event sub-process the event that triggers it."""
    children: tuple[str, ...] = ()
    """Scopes only: ids of the elements directly inside, in document order."""
    event_sub_processes: tuple[str, ...] = ()
    """Scopes only: event sub-processes directly inside that wait for an event while the scope is active."""
    compensation_event_sub_process: str | None = None
    """Sub-processes only: the event sub-process that undoes it as a whole (compensation start event)."""
    event_starts: tuple[str, ...] = ()
    """The process only: events that begin an instance when a timer is due or a message comes. They are start
    events, receive tasks, and what follows an event-based gateway.
    """
    all_have_to_come: bool = False
    """Whether all of several come: parts of an event, or events behind a gateway that begins instances."""
    parts: tuple[str, ...] = ()
    """Events only that catch one of several, or all of them: the nodes of these, in document order."""
    part_of: str | None = None
    """Parts only: the event as it is drawn."""
    compensation_order: CompensationOrder | None = None
    """The process only: order for every throw in it that names none."""

    @property
    def drawn_id(self) -> str:
        """The id under which it is found in the drawing."""
        return self.part_of or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One executable process of a resource. `nodes[id]` is the process's own node; every element inside is
    there by its id.
    """

    id: str
    name: str
    dialect: Dialect
    version_tag: str | None
    nodes: Mapping[str, Node] = field(repr=False)

    @property
    def root(self) -> Node:
        """The process's own node: the outermost scope."""
        return self.nodes[self.id]
