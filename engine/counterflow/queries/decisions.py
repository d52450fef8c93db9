"""Which decisions are deployed: their versions, and the models they came in."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.rows import DecisionDefinition, DecisionRequirements, Resource
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries import shapes
from counterflow.queries.paging import newest_first
from counterflow.queries.shapes import DecisionXml, Page
from counterflow.store.port import Store


def list_decisions(
    store: Store, *, decision_id: str = "", latest_only: bool = False, page_size: int = 0, page_key: int = 0
) -> Page[shapes.DecisionDefinition]:
    """Versions of one decision (empty: of all) that are not deleted, newest first. Raises `Rejection`."""
    where: dict[str, int | str | None] = {"deleted_at_ms": None}
    if decision_id:
        where["decision_id"] = decision_id
    page = newest_first(store, DecisionDefinition, where, page_size=page_size, page_key=page_key)
    rows = page.items
    if latest_only:
        latest = _latest(store, where)
        rows = [row for row in rows if latest[row.decision_id] == row.version]
    models: dict[int, DecisionRequirements | None] = {
        key: store.get(DecisionRequirements, (key,)) for key in {row.requirements_key for row in rows}
    }
    return Page([_shape(row, models[row.requirements_key]) for row in rows], page.next_page_key)


def decision_xml(store: Store, key: int) -> DecisionXml:
    """The file of a decision model, asked for by its key or by that of a decision in it.

    Raises `Rejection` for an unknown key.
    """
    decision = store.get(DecisionDefinition, (key,))
    model = store.get(DecisionRequirements, (decision.requirements_key if decision is not None else key,))
    resource = store.get(Resource, (model.resource_key,)) if model is not None else None
    if resource is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to find a decision or a decision model with key '{key}', but none was found",
        )
    return DecisionXml(resource.name, resource.content)


def _latest(store: Store, where: Mapping[str, int | str | None]) -> dict[str, int]:
    latest: dict[str, int] = {}
    for row in store.scan(DecisionDefinition, where):
        latest[row.decision_id] = max(row.version, latest.get(row.decision_id, 0))
    return latest


def _shape(row: DecisionDefinition, model: DecisionRequirements | None) -> shapes.DecisionDefinition:
    return shapes.DecisionDefinition(
        key=row.key,
        decision_id=row.decision_id,
        name=row.name,
        version=row.version,
        version_tag=row.version_tag or "",
        decision_requirements_id=model.requirements_id if model is not None else "",
        decision_requirements_key=row.requirements_key,
        resource_name=model.resource_name if model is not None else "",
        deployment_key=row.deployment_key,
        deployed_at_ms=row.deployed_at_ms,
    )
