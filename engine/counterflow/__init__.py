"""Counterflow: a BPMN 2.0 process engine that speaks Zeebe's gRPC protocol and undoes exactly what was
done.

    async with Engine("sqlite:///trip.db") as engine: …     an engine in the program itself, without a network
    with counterflow.open("sqlite:///trip.db") as engine: … the same for programs that do not await
    counterflow.testing.Engine                              the same verbs over a clock moved by hand

`Engine.start` begins an instance and answers its key; `verbs.py` has every verb. `Rejection`, `Overloaded`,
`Unavailable` and `NothingThere` say why something was not done.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from counterflow.version import __version__

if TYPE_CHECKING:
    from counterflow.blocking import BlockingEngine
    from counterflow.blocking import open_engine as open  # noqa: A004 - read as counterflow.open
    from counterflow.engine import Engine
    from counterflow.handlers import BpmnError
    from counterflow.kernel.vocabulary import Rejection, RejectionType
    from counterflow.looking import NothingThere
    from counterflow.partition.refusals import Overloaded, Unavailable
    from counterflow.queries.shapes import HistoryRecord, Incident, InstanceTree, Job, ProcessInstance
    from counterflow.results import (
        DecisionAnswer,
        Deployed,
        DeployedDecision,
        DeployedProcess,
        EndedInstance,
        WorkerJob,
    )
    from counterflow.settings import Settings
    from counterflow.store.port import StoreError

__all__ = [
    "BlockingEngine",
    "BpmnError",
    "DecisionAnswer",
    "Deployed",
    "DeployedDecision",
    "DeployedProcess",
    "EndedInstance",
    "Engine",
    "HistoryRecord",
    "Incident",
    "InstanceTree",
    "Job",
    "NothingThere",
    "Overloaded",
    "ProcessInstance",
    "Rejection",
    "RejectionType",
    "Settings",
    "StoreError",
    "Unavailable",
    "WorkerJob",
    "__version__",
    "open",
]

_HOMES = {
    "BlockingEngine": "blocking",
    "BpmnError": "handlers",
    "DecisionAnswer": "results",
    "Deployed": "results",
    "DeployedDecision": "results",
    "DeployedProcess": "results",
    "EndedInstance": "results",
    "Engine": "engine",
    "HistoryRecord": "queries.shapes",
    "Incident": "queries.shapes",
    "InstanceTree": "queries.shapes",
    "Job": "queries.shapes",
    "NothingThere": "looking",
    "Overloaded": "partition.refusals",
    "ProcessInstance": "queries.shapes",
    "Rejection": "kernel.vocabulary",
    "RejectionType": "kernel.vocabulary",
    "Settings": "settings",
    "StoreError": "store.port",
    "Unavailable": "partition.refusals",
    "WorkerJob": "results",
    "open": "blocking",
}
"""Where each name comes from when it is first asked for: `counterflow --help` should wait for none of
them.
"""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(f"{__name__}.{_HOMES[name]}")
    return getattr(home, "open_engine" if name == "open" else name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
