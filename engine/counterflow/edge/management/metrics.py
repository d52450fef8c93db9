"""A server's numbers as Prometheus reads them, made of plain integers when somebody asks.

Where they mean something here, they have the names that dashboards made for Zeebe read; ours begin with
`counterflow_`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from counterflow.budget import Budgets
from counterflow.partition.measures import Measures
from counterflow.service.service import Service

JOB_EVENTS: Mapping[str, str] = {
    "created": "JobCreated",
    "activated": "JobActivated",
    "completed": "JobCompleted",
    "failed": "JobFailed",
    "error thrown": "JobErrorThrown",
    "returned": "JobReturned",
    "canceled": "JobCanceled",
}
ELEMENT_EVENTS: Mapping[str, str] = {
    "activated": "ElementActivated",
    "completed": "ElementCompleted",
    "terminated": "ElementTerminated",
}
INCIDENT_EVENTS: Mapping[str, str] = {
    "created": "IncidentRaised",
    "resolved": "IncidentResolved",
    "canceled": "IncidentDropped",
}
UNDO_EVENTS: Mapping[str, str] = {
    "recorded": "UndoRecorded",
    "started": "UndoStarted",
    "completed": "UndoCompleted",
    "dropped": "UndoDropped",
}


class ServiceCollector(Collector):
    """Collects the numbers of one service. `partition` is the label of all that is counted there."""

    def __init__(self, service: Service, partition: int) -> None:
        self._service = service
        self._partition = str(partition)

    def describe(self) -> Iterable[Metric]:
        """Nothing is said before it is asked for."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every number by now."""
        measures = self._service.measures()
        yield from self._counted(measures)
        yield from _work(measures)
        yield from _clients(self._service.admission.budgets)

    def _counted(self, measures: Measures) -> Iterator[Metric]:
        yield self._elements(measures)
        events = measures.events
        for name, meaning, actions in (
            ("zeebe_job_events", "What has become of jobs.", JOB_EVENTS),
            ("zeebe_incident_events", "Incidents that have come and gone.", INCIDENT_EVENTS),
            ("counterflow_undo_events", "What has become of completed work that can be undone.", UNDO_EVENTS),
        ):
            counts = {action: events.get(event, 0) for action, event in actions.items()}
            yield self._by_action(name, meaning, counts)
        yield self._by_event(events)

    def _elements(self, measures: Measures) -> Metric:
        """Process instances apart from the elements in them, as dashboards ask for them."""
        metric = CounterMetricFamily(
            "zeebe_element_instance_events",
            "Element instances that have come and gone; a process instance has the type PROCESS.",
            labels=("action", "type", "partition"),
        )
        processes = {
            "activated": measures.events.get("ProcessInstanceCreated", 0),
            "completed": measures.ends["completed"],
            "terminated": measures.ends["terminated"],
        }
        for action, event in ELEMENT_EVENTS.items():
            metric.add_metric((action, "PROCESS", self._partition), processes[action])
            others = max(measures.events.get(event, 0) - processes[action], 0)
            metric.add_metric((action, "FLOW_NODE", self._partition), others)
        return metric

    def _by_action(self, name: str, meaning: str, counts: Mapping[str, int]) -> Metric:
        metric = CounterMetricFamily(name, meaning, labels=("action", "partition"))
        for action, count in counts.items():
            metric.add_metric((action, self._partition), count)
        return metric

    def _by_event(self, events: Mapping[str, int]) -> Metric:
        metric = CounterMetricFamily(
            "counterflow_events", "Events of the log, by their name.", labels=("event", "partition")
        )
        for event, count in sorted(events.items()):
            metric.add_metric((event, self._partition), count)
        return metric


def _work(measures: Measures) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "counterflow_commands", "Commands that were decided, rejected ones included.", measures.commands
    )
    yield SummaryMetricFamily(
        "counterflow_commit_seconds",
        "Commits, and how long they have taken.",
        count_value=measures.commits,
        sum_value=measures.commit_seconds,
    )
    yield SummaryMetricFamily(
        "counterflow_commit_batch_size",
        "Commits, and how many commands they have made durable.",
        count_value=measures.commits,
        sum_value=max(measures.commands - measures.pending_commands, 0),
    )
    for name, meaning, value in (
        ("pending_commands", "Commands that wait for their commit.", measures.pending_commands),
        ("pending_bytes", "Bytes of commands that wait for their commit.", measures.pending_bytes),
        ("quarantined", "Process instances in quarantine.", measures.quarantined),
        ("timer_lag_seconds", "By how much the first thing that is due is late.", measures.timer_lag_seconds),
        (
            "jobs_without_worker",
            "Types of jobs that are ready and that no worker asks for.",
            len(measures.jobs_without_worker),
        ),
    ):
        yield GaugeMetricFamily(f"counterflow_{name}", meaning, value)


def _clients(budgets: Budgets) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "counterflow_waiting_calls",
        "Polls, streams and calls for a result that are open.",
        budgets.waiting.used,
    )
    yield GaugeMetricFamily(
        "counterflow_client_bytes",
        "Bytes of requests and answers that are kept for clients.",
        budgets.memory.used,
    )


def registry_of(service: Service) -> CollectorRegistry:
    """All numbers of a server: its partition's, its clients', its process's."""
    registry = CollectorRegistry()
    registry.register(ServiceCollector(service, service.partitions[0]))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry
