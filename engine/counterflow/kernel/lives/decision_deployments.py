"""The life of a deployed decision model: a DMN file becomes a version of its requirements.

Each decision becomes a version of its own.

A model that comes again with the same checksum, resource name and imports keeps its version and key, and so
do its decisions; a changed one gives each of its decisions the next version, as in Zeebe. Versions count from
1 per id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from counterflow.kernel.lives import deployed_together
from counterflow.kernel.resources import ReadDecisions, ReadResource
from counterflow.kernel.rows import BoundDecision, DecisionDefinition, DecisionRequirements
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import PartitionEvent
from counterflow.kernel.work.step import Step
from counterflow.model.graph import Binding, CalledDecision, Process

if TYPE_CHECKING:
    from counterflow.dmn import Definitions


class RequirementsDefined(PartitionEvent, frozen=True):
    """A decision model has a new version."""

    key: int
    requirements_id: str
    name: str
    version: int
    resource_key: int
    resource_name: str
    checksum: bytes
    imported_keys: str
    deployment_key: int


class DecisionDefined(PartitionEvent, frozen=True):
    """A decision has a new version."""

    key: int
    decision_id: str
    name: str
    version: int
    version_tag: str | None
    requirements_key: int
    deployment_key: int


class DecisionsBound(PartitionEvent, frozen=True):
    """Processes of this deployment mean these versions whatever comes later: decision keys by decision id."""

    deployment_key: int
    decisions: dict[str, int]


def define_requirements(
    step: Step, deployment_key: int, resource_key: int, resource: ReadResource, model: ReadDecisions
) -> DecisionRequirements:
    """A new version of a model, whose file is stored as `resource_key`."""
    decisions = step.state.decisions
    version = decisions.given_requirements.next(model.requirements_id)
    key = step.new_key()
    imported = imported_keys(step.state, model)
    step.emit(
        RequirementsDefined(
            key,
            model.requirements_id,
            model.name,
            version,
            resource_key,
            resource.name,
            resource.checksum,
            imported,
            deployment_key,
        )
    )
    decisions.models.keep(key, model.definitions, len(resource.content), step.state.batch)
    return decisions.latest_requirements[model.requirements_id]


def define_decisions(
    step: Step, deployment_key: int, model: ReadDecisions, requirements: DecisionRequirements
) -> list[DecisionDefinition]:
    """The decisions of a model that has been deployed, in its order.

    Those that are its latest already stay what they are.
    """
    definitions: Definitions = model.definitions
    decisions = step.state.decisions
    for summary in definitions.decisions:
        latest = decisions.latest.get(summary.id)
        if latest is not None and latest.requirements_key == requirements.key:
            continue
        version = decisions.given.next(summary.id)
        tag = summary.version_tag or None
        step.emit(
            DecisionDefined(
                step.new_key(), summary.id, summary.name, version, tag, requirements.key, deployment_key
            )
        )
    return [decisions.latest[summary.id] for summary in definitions.decisions]


def unchanged(
    state: State, model: ReadDecisions, checksum: bytes, resource_name: str
) -> DecisionRequirements | None:
    """The latest version of a model, if this is the same; None if it is a new one."""
    latest = state.decisions.latest_requirements.get(model.requirements_id)
    if latest is None or (latest.checksum, latest.resource_name) != (checksum, resource_name):
        return None
    return latest if latest.imported_keys == imported_keys(state, model) else None


def imported_keys(state: State, decisions: ReadDecisions) -> str:
    """The versions that a model imports, which were deployed before it, as a JSON array."""
    latest = state.decisions.latest_requirements
    return msgspec.json.encode([latest[name].key for name in decisions.imports]).decode()


# -- binding -------------------------------------------------------------------------------------------------


def bound_ids(process: Process) -> set[str | None]:
    """Ids of the decisions that a process wants as deployed with it; None: only an expression tells."""
    called = (node.work for node in process.nodes.values() if isinstance(node.work, CalledDecision))
    return deployed_together.ids_of(
        decision.decision_id for decision in called if decision.binding is Binding.DEPLOYMENT
    )


def refuse_unbound(process: Process, resource_name: str, deployed: Mapping[str, DecisionDefinition]) -> None:
    """A process that is bound to what is not there could never go on. Raises `Rejection`."""
    deployed_together.refuse_unbound(
        bound_ids(process), process, resource_name, deployed, what="decision", suffix=".dmn"
    )


def is_bound_alike(
    state: State, process: Process, deployment_key: int, deployed: Mapping[str, DecisionDefinition]
) -> bool:
    """Whether an earlier deployment binds a process to the same versions as this one."""

    def bound(name: str) -> int | None:
        row: BoundDecision | None = state.shared[BoundDecision].get((deployment_key, name))
        return row.decision_key if row is not None else None

    keys = {name: decision.key for name, decision in deployed.items()}
    return deployed_together.is_bound_alike(bound_ids(process), keys, bound)


def bind(
    step: Step, deployment_key: int, processes: Iterable[Process], deployed: Mapping[str, DecisionDefinition]
) -> None:
    """Write down what the processes of a deployment are bound to, if any are."""
    if deployed and any(bound_ids(process) for process in processes):
        step.emit(DecisionsBound(deployment_key, {name: decision.key for name, decision in deployed.items()}))


# -- applying ------------------------------------------------------------------------------------------------


def _apply_requirements(state: State, event: RequirementsDefined) -> None:
    state.put(
        DecisionRequirements(
            event.key,
            event.requirements_id,
            event.name,
            event.version,
            event.resource_key,
            event.resource_name,
            event.checksum,
            event.imported_keys,
            event.deployment_key,
            state.now_ms,
        )
    )


def _apply_decision(state: State, event: DecisionDefined) -> None:
    state.put(
        DecisionDefinition(
            event.key,
            event.decision_id,
            event.name,
            event.version,
            event.version_tag,
            event.requirements_key,
            event.deployment_key,
            state.now_ms,
        )
    )


def _apply_bound(state: State, event: DecisionsBound) -> None:
    for name, key in event.decisions.items():
        state.put(BoundDecision(event.deployment_key, name, key))


OF_PARTITION = {
    RequirementsDefined: _apply_requirements,
    DecisionDefined: _apply_decision,
    DecisionsBound: _apply_bound,
}
