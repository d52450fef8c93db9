"""What an event of the graph waits for, looks out for or throws: a definition for each kind of event.

BPMN 2.0.2, 10.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counterflow.feel import Expression
from counterflow.model.data import VariableMapping


class CompensationOrder(StrEnum):
    """In which order the handlers of one compensation throw run (docs/ARCHITECTURE.md, "Undo")."""

    MIRROR = "mirror"
    PARALLEL = "parallel"
    SEQUENTIAL = "sequential"


@dataclass(frozen=True, slots=True)
class ErrorDefinition:
    """An error caught (start and boundary events) or thrown (end event). BPMN 2.0.2, 10.5.6.

    `code` None on a catching event means: any error. An end event may compute its code; a catching event's is
    text. The variables receive code and message when an error is caught.
    """

    code: str | Expression | None
    code_variable: str | None = None
    message_variable: str | None = None


@dataclass(frozen=True, slots=True)
class EscalationDefinition:
    """An escalation caught (start and boundary events) or thrown (intermediate and end events). BPMN 2.0.2,
    10.5.5.

    `code` None on a catching event means: any escalation; on a throwing one: only such a catch has it. A
    throwing event may compute it. The variable receives the code when an escalation is caught.
    """

    code: str | Expression | None
    code_variable: str | None = None


@dataclass(frozen=True, slots=True)
class CompensateDefinition:
    """A compensation: caught by a boundary event or a start event, thrown by an intermediate or end event.
    10.5.6, 10.7.

    `activity` names the one activity to undo (`activityRef`), None means all of the scope. `order` None
    means: as the process says, else as the server says.
    """

    activity: str | None = None
    order: CompensationOrder | None = None


@dataclass(frozen=True, slots=True)
class CancelDefinition:
    """The cancelling of a transaction: thrown by an end event in it, caught on its border. 10.3.6 and 10.5.6.

    `order`, of an end event, is that in which what the transaction has done is undone; None as of a
    compensation throw.
    """

    order: CompensationOrder | None = None


@dataclass(frozen=True, slots=True)
class LinkDefinition:
    """One end of a flow that is not drawn; tokens go along it as along any other. BPMN 2.0.2, 10.5.5."""

    name: str


@dataclass(frozen=True, slots=True)
class TerminateDefinition:
    """Ends every other token of its scope. BPMN 2.0.2, 10.5.3."""


class TimerKind(StrEnum):
    """What a timer's expression gives: a moment, how long to wait, or how often and how far apart."""

    DATE = "date"
    DURATION = "duration"
    DATE_OR_DURATION = "date or duration"
    """What a date may give in a camunda: model."""
    CYCLE = "cycle"
    QUARTZ_CYCLE = "cycle or Quartz cron"
    """What a cycle may give in a camunda: model."""


@dataclass(frozen=True, slots=True)
class TimerDefinition:
    """A moment to wait for. The expression gives ISO 8601 text or a FEEL value of its kind. BPMN 2.0.2,
    10.5.5.
    """

    kind: TimerKind
    expression: Expression

    @property
    def is_cycle(self) -> bool:
        """Whether it may come again and again."""
        return self.kind in {TimerKind.CYCLE, TimerKind.QUARTZ_CYCLE}


@dataclass(frozen=True, slots=True)
class MessageDefinition:
    """A message to wait for: its name, and the key that tells whose it is.

    Without a key what waits is meant by its process instance (camunda:); a start event of a process has none.
    10.5.5.
    """

    name: str | Expression
    correlation_key: Expression | None = None


@dataclass(frozen=True, slots=True)
class SignalDefinition:
    """A signal, for everybody who waits for its name. 10.5.6.

    A thrown one carries what its event has of its own where `carried` is None (zeebe:), else what these
    mappings make (camunda:), with `carries_everything` over all that can be seen.
    """

    name: str | Expression
    carried: tuple[VariableMapping, ...] | None = None
    carries_everything: bool = False


@dataclass(frozen=True, slots=True)
class ConditionalDefinition:
    """A condition over variables, asked when its wait begins and whenever one of them changes. 10.5.5.

    `variables` are the names whose change it is asked for; empty: any change. Only their creation, or only
    their update, may count.
    """

    condition: Expression
    variables: tuple[str, ...] = ()
    on_create: bool = True
    on_update: bool = True


@dataclass(frozen=True, slots=True)
class MultipleDefinition:
    """Several events in one: any of them, or all of them, are caught (`Node.all_have_to_come`).

    Each is a part of the event, a node of its own (`Node.parts`). 10.5.5.
    """


CatchDefinition = TimerDefinition | MessageDefinition | SignalDefinition | ConditionalDefinition
"""What is waited for with a row of its own; errors and compensation are looked for when they happen."""

EventDefinition = (
    ErrorDefinition
    | EscalationDefinition
    | CompensateDefinition
    | CancelDefinition
    | LinkDefinition
    | TerminateDefinition
    | MultipleDefinition
    | CatchDefinition
)
