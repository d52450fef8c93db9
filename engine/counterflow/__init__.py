"""Counterflow: a BPMN 2.0 process engine that speaks Zeebe's gRPC protocol and undoes exactly what was done.

    async with Engine("sqlite:///trip.db") as engine: …     an engine in the program itself, without a network
    with counterflow.open("sqlite:///trip.db") as engine: … the same for programs that do not await
    counterflow.testing.Engine                              the same verbs over a clock moved by hand

`Engine.start` begins an instance and answers its key; `engine/verbs.py` has every verb. `Rejection`,
`Overloaded`, `Unavailable` and `NothingThere` say why something was not done.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from counterflow.version import __version__

if TYPE_CHECKING:
    from counterflow.engine.blocking import BlockingEngine, open_engine
    from counterflow.engine.engine import Engine
    from counterflow.engine.handlers import AdHocResult, BpmnError, TaskListenerResult
    from counterflow.engine.lookups import NothingThere
    from counterflow.engine.pictures import ShownInstance
    from counterflow.engine.results import (
        DecisionAnswer,
        Deployed,
        DeployedDecision,
        DeployedForm,
        DeployedProcess,
        EndedInstance,
        ListenedUserTask,
        WorkerJob,
    )
    from counterflow.engine.steering import Activate, Move
    from counterflow.kernel.vocabulary import Rejection, RejectionType
    from counterflow.model.events import CompensationOrder
    from counterflow.partition.refusals import Overloaded, Unavailable
    from counterflow.queries.shapes import (
        FormSchema,
        HistoryRecord,
        Incident,
        InstanceTree,
        Job,
        ProcessInstance,
        ShownUserTask,
        UserTask,
    )
    from counterflow.settings import Settings, SettingsError
    from counterflow.store.port import StoreError

    open = open_engine  # noqa: A001 - read as counterflow.open

__all__ = [
    "Activate",
    "AdHocResult",
    "BlockingEngine",
    "BpmnError",
    "CompensationOrder",
    "DecisionAnswer",
    "Deployed",
    "DeployedDecision",
    "DeployedForm",
    "DeployedProcess",
    "EndedInstance",
    "Engine",
    "FormSchema",
    "HistoryRecord",
    "Incident",
    "InstanceTree",
    "Job",
    "ListenedUserTask",
    "Move",
    "NothingThere",
    "Overloaded",
    "ProcessInstance",
    "Rejection",
    "RejectionType",
    "Settings",
    "SettingsError",
    "ShownInstance",
    "ShownUserTask",
    "StoreError",
    "TaskListenerResult",
    "Unavailable",
    "UserTask",
    "WorkerJob",
    "__version__",
]
"""`open` is not among them, or `from counterflow import *` would take Python's own away."""

_HOMES = {
    "Activate": "engine.steering",
    "AdHocResult": "engine.handlers",
    "BlockingEngine": "engine.blocking",
    "BpmnError": "engine.handlers",
    "CompensationOrder": "model.events",
    "DecisionAnswer": "engine.results",
    "Deployed": "engine.results",
    "DeployedDecision": "engine.results",
    "DeployedForm": "engine.results",
    "DeployedProcess": "engine.results",
    "EndedInstance": "engine.results",
    "Engine": "engine.engine",
    "FormSchema": "queries.shapes",
    "HistoryRecord": "queries.shapes",
    "Incident": "queries.shapes",
    "InstanceTree": "queries.shapes",
    "Job": "queries.shapes",
    "ListenedUserTask": "engine.results",
    "Move": "engine.steering",
    "NothingThere": "engine.lookups",
    "Overloaded": "partition.refusals",
    "ProcessInstance": "queries.shapes",
    "Rejection": "kernel.vocabulary",
    "RejectionType": "kernel.vocabulary",
    "Settings": "settings",
    "SettingsError": "settings",
    "ShownInstance": "engine.pictures",
    "ShownUserTask": "queries.shapes",
    "StoreError": "store.port",
    "TaskListenerResult": "engine.handlers",
    "Unavailable": "partition.refusals",
    "UserTask": "queries.shapes",
    "WorkerJob": "engine.results",
    "open": "engine.blocking",
}
"""Where each name comes from when it is first asked for. So `counterflow --help` waits for none of them."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(f"{__name__}.{_HOMES[name]}")
    return getattr(home, "open_engine" if name == "open" else name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
