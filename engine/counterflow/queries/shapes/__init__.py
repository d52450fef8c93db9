"""The answers.

Keys, positions and times are the kernel's: 64-bit keys (0: none), places in the log, epoch milliseconds
UTC.

States are the lower-case words that the reading service's enums end in (`active` for
ELEMENT_INSTANCE_STATE_ACTIVE), and a few more where the log knows more than a client is told: a job may be
`completed` or `canceled`, an undo record `used_up` or `dropped`. `*_json` holds one JSON value as text.
"""

from __future__ import annotations

from counterflow.queries.shapes.decisions import DecisionDefinition, DecisionEvaluation, DecisionXml
from counterflow.queries.shapes.definitions import Definition, DefinitionXml
from counterflow.queries.shapes.elements import (
    ElementInstance,
    Join,
    JoinFlow,
    Loop,
    Termination,
    Wait,
)
from counterflow.queries.shapes.history import HistoryRecord
from counterflow.queries.shapes.instances import (
    CaughtError,
    FlowTaken,
    InstanceTree,
    ProcessInstance,
    QuarantinedInstance,
    ThrownEscalation,
    UndoRecord,
)
from counterflow.queries.shapes.jobs import Incident, Job, JobTry
from counterflow.queries.shapes.messages import CorrelatedMessage, MessageReceiver, PublishedMessage
from counterflow.queries.shapes.migration import ElementMapping, MigrationPlan, PlannedMove
from counterflow.queries.shapes.pages import Page
from counterflow.queries.shapes.reasons import (
    PlannedUndo,
    Reason,
    Reasons,
    UndoPlanned,
    UndoScope,
    UndoUnderway,
)
from counterflow.queries.shapes.signals import Broadcast, ReceivedSignal, SignalReceiver, ThrownSignal
from counterflow.queries.shapes.suspensions import HeldDefinition, HeldJobType
from counterflow.queries.shapes.user_tasks import FormSchema, ShownUserTask, UserTask, UserTaskAct
from counterflow.queries.shapes.variables import Variable

__all__ = [
    "Broadcast",
    "CaughtError",
    "CorrelatedMessage",
    "DecisionDefinition",
    "DecisionEvaluation",
    "DecisionXml",
    "Definition",
    "DefinitionXml",
    "ElementInstance",
    "ElementMapping",
    "FlowTaken",
    "FormSchema",
    "HeldDefinition",
    "HeldJobType",
    "HistoryRecord",
    "Incident",
    "InstanceTree",
    "Job",
    "JobTry",
    "Join",
    "JoinFlow",
    "Loop",
    "MessageReceiver",
    "MigrationPlan",
    "Page",
    "PlannedMove",
    "PlannedUndo",
    "ProcessInstance",
    "PublishedMessage",
    "QuarantinedInstance",
    "Reason",
    "Reasons",
    "ReceivedSignal",
    "ShownUserTask",
    "SignalReceiver",
    "Termination",
    "ThrownEscalation",
    "ThrownSignal",
    "UndoPlanned",
    "UndoRecord",
    "UndoScope",
    "UndoUnderway",
    "UserTask",
    "UserTaskAct",
    "Variable",
    "Wait",
]
