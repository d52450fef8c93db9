"""The tags of all events of the log, with the version in which each came.

A tag is the number in front of an event in the log, and so a part of its format: given once and never to
another event, also when an event is no longer written. An event is only added, never changed in meaning; a
field may be added to it at its end, with a default that says what held before there was the field.
"""

from __future__ import annotations

from collections.abc import Mapping

SINCE: Mapping[str, Mapping[str, int]] = {
    "0.1.0": {
        "ProcessInstanceCreated": 1,
        "DeploymentCreated": 5,
        "ResourceStored": 6,
        "ProcessDefined": 7,
        "RequirementsDefined": 8,
        "DecisionDefined": 9,
        "ElementActivating": 10,
        "ElementActivated": 11,
        "ElementCompleting": 12,
        "ElementCompleted": 13,
        "ElementTerminating": 14,
        "ElementTerminated": 15,
        "FlowTaken": 16,
        "TokensSweptAway": 17,
        "ScopeInterrupted": 18,
        "VariablesSet": 20,
        "VariableDocumentUpdated": 21,
        "VariablesRemoved": 22,
        "ResultsHeld": 23,
        "ResultsReleased": 24,
        "JobCreated": 30,
        "JobActivated": 31,
        "JobCompleted": 32,
        "JobFailed": 33,
        "JobErrorThrown": 34,
        "JobReturned": 35,
        "JobRetriesUpdated": 36,
        "JobDeadlineUpdated": 37,
        "JobCanceled": 38,
        "IncidentRaised": 40,
        "IncidentResolved": 41,
        "IncidentDropped": 42,
        "UndoRecorded": 50,
        "UndoTaken": 51,
        "UndoStarted": 52,
        "UndoCompleted": 53,
        "UndoReleased": 54,
        "UndoDropped": 55,
        "UndoTakenBack": 56,
        "ErrorCaught": 60,
        "TokenArrived": 70,
        "FlowsJoined": 71,
        "InstanceQuarantined": 80,
        "InstanceReleased": 81,
        "InstanceAbandoned": 82,
        "TimerScheduled": 90,
        "TimerTriggered": 91,
        "TimerCanceled": 92,
        "MessagePublished": 100,
        "MessageCorrelated": 101,
        "MessageExpired": 102,
        "SubscriptionOpened": 103,
        "SubscriptionClosed": 104,
        "StartLocked": 105,
        "StartUnlocked": 106,
        "LoopStarted": 110,
        "LoopOutputGathered": 111,
        "LoopAdvanced": 112,
        "LoopEnded": 113,
        "StartTimerOpened": 120,
        "StartTimerClosed": 121,
        "MessageStartOpened": 122,
        "MessageStartClosed": 123,
        "ProcessCalled": 130,
        "DecisionsBound": 150,
        "DecisionEvaluated": 151,
    },
    "0.2.0": {
        "EscalationThrown": 61,
        "EscalationCaught": 62,
        "TransactionCanceled": 65,
        "ElementTriggered": 107,
        "SignalBroadcast": 160,
        "SignalReceived": 161,
        "SignalSubscriptionOpened": 162,
        "SignalSubscriptionClosed": 163,
        "SignalStartOpened": 164,
        "SignalStartClosed": 165,
        "SignalThrown": 166,
        "ConditionalSubscriptionOpened": 170,
        "ConditionalSubscriptionClosed": 171,
        "ConditionalTriggered": 172,
        "ConditionalFailed": 173,
        "ConditionalStartOpened": 174,
        "ConditionalStartClosed": 175,
        "WorkPutOff": 180,
        "PageEnded": 181,
        "WorkEnded": 182,
        "SweepBegun": 183,
        "SweepEnded": 184,
        "LoopStopped": 185,
        "LoopOutputsLetGo": 186,
        "BudgetKept": 187,
        "RowsAbandoned": 83,
        "UndoPartReleased": 57,
        "AdHocFulfilled": 190,
    },
}
"""By version, the events that came with it, by name, and their tags."""

TAGS: Mapping[str, int] = {name: tag for came in SINCE.values() for name, tag in came.items()}


def tag_of(event: str) -> int:
    """The tag of an event by the name of its class; 0 for the classes that events are made of."""
    return TAGS.get(event, 0)
