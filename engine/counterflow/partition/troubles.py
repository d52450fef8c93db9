"""What a person should hear of once it is durable: incidents, and instances that were set aside.

A line names keys, ids and the kind of trouble; the text of an incident may quote variables, so it is for
`counterflow show` alone.
"""

from __future__ import annotations

import logging

from counterflow.kernel.rows import Incident, Quarantine
from counterflow.kernel.state.partition import State
from counterflow.partition.observers import Committed

logger = logging.getLogger("counterflow.troubles")

MOST_LINES = 100
"""For each commit: one command can raise an incident for each of 100 000 instances of a task."""


def log_troubles(committed: Committed) -> None:
    """Log what a committed batch has brought."""
    _, batch, state = committed
    incidents: list[Incident] = batch.puts.get(Incident, [])  # type: ignore[assignment] # rows of the table Incident
    for incident in incidents[:MOST_LINES]:
        _log_incident(incident, state)
    if len(incidents) > MOST_LINES:
        logger.warning(
            "… and %s more incidents at the same time; `counterflow incidents` lists them",
            len(incidents) - MOST_LINES,
        )
    quarantines: list[Quarantine] = batch.puts.get(Quarantine, [])  # type: ignore[assignment] # rows of the table Quarantine
    for quarantine in quarantines:
        _log_quarantine(quarantine, state)


def _log_incident(incident: Incident, state: State) -> None:
    key, process = incident.process_instance_key, _process_of(incident.process_instance_key, state)
    logger.warning(
        "Incident %s: %s at '%s' of '%s', process instance %s; `counterflow show %s` says why",
        *(incident.key, incident.error_type, incident.element_id, process, key, key),
        extra={
            "fields": {
                "incident_key": incident.key,
                "error_type": incident.error_type,
                "element_id": incident.element_id,
                "bpmn_process_id": process,
                "process_instance_key": key,
            }
        },
    )


def _log_quarantine(quarantine: Quarantine, state: State) -> None:
    key, process = quarantine.process_instance_key, _process_of(quarantine.process_instance_key, state)
    logger.error(
        "Process instance %s of '%s' is quarantined; `counterflow quarantine list` says why",
        *(key, process),
        extra={"fields": {"process_instance_key": key, "bpmn_process_id": process}},
    )


def _process_of(process_instance_key: int, state: State) -> str:
    """Nothing is read for a log line: an instance that was changed is in memory."""
    instance = state.instances.get(process_instance_key)
    return instance.header.bpmn_process_id if instance is not None and instance.header is not None else "?"
