"""Which decisions are deployed, by id, version, label and model, and the models that are at hand.

Rows of decisions are few and held in memory as a whole; the models, which are large, are on a shelf.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from counterflow.kernel.rows import DecisionDefinition, DecisionRequirements
from counterflow.kernel.state.shelf import Shelf
from counterflow.kernel.state.versions import GivenVersions

if TYPE_CHECKING:
    from counterflow.dmn import Definitions

Version = TypeVar("Version", DecisionDefinition, DecisionRequirements)


class DeployedDecisions:
    """The indexes of decisions that commands ask for.

    Changed by the rows' indexers only, but for the models.
    """

    def __init__(self) -> None:
        self.latest: dict[str, DecisionDefinition] = {}
        self.given = GivenVersions()
        """Of decisions."""
        self.versions: dict[str, dict[int, DecisionDefinition]] = {}
        """By decision id and version, in the order of their deployment."""
        self.latest_requirements: dict[str, DecisionRequirements] = {}
        self.given_requirements = GivenVersions()
        self._requirements: dict[str, dict[int, DecisionRequirements]] = {}
        self._of_model: dict[int, dict[str, DecisionDefinition]] = {}
        self.models: Shelf[Definitions] = Shelf()

    def version_of(self, decision_id: str, version: int) -> DecisionDefinition | None:
        """One version of a decision; None when there is none."""
        return self.versions.get(decision_id, {}).get(version)

    def tagged(self, decision_id: str, version_tag: str) -> DecisionDefinition | None:
        """The latest version of a decision that carries this label; None when none does."""
        versions = self.versions.get(decision_id, {}).values()
        return next((row for row in reversed(list(versions)) if row.version_tag == version_tag), None)

    def in_model(self, requirements_key: int, decision_id: str) -> DecisionDefinition | None:
        """The decision of that id in one version of a model; None when that has none."""
        return self._of_model.get(requirements_key, {}).get(decision_id)

    # -- indexing --------------------------------------------------------------------------------------------

    def index_requirements(self, old: DecisionRequirements | None, new: DecisionRequirements | None) -> None:
        """A version of a model has come, was deleted, or was taken back."""
        if new is None and old is not None:
            self.models.forget(old.key)
        _follow(self.given_requirements, _named(old, "requirements_id"), _named(new, "requirements_id"))
        if old is not None and old.deleted_at_ms is None:
            versions = self._requirements[old.requirements_id]
            del versions[old.version]
            _find_latest(self.latest_requirements, old.requirements_id, versions)
        if new is not None and new.deleted_at_ms is None:
            versions = self._requirements.setdefault(new.requirements_id, {})
            versions[new.version] = new
            _find_latest(self.latest_requirements, new.requirements_id, versions)

    def index_decision(self, old: DecisionDefinition | None, new: DecisionDefinition | None) -> None:
        """A version of a decision has come, was deleted, or was taken back.

        A deleted one is still in its model, which others may import.
        """
        _follow(self.given, _named(old, "decision_id"), _named(new, "decision_id"))
        if old is not None and old.deleted_at_ms is None:
            versions = self.versions[old.decision_id]
            del versions[old.version]
            _find_latest(self.latest, old.decision_id, versions)
            if not versions:
                del self.versions[old.decision_id]
        if new is None and old is not None:
            self._leave_model(old)
        if new is not None:
            self._of_model.setdefault(new.requirements_key, {})[new.decision_id] = new
        if new is not None and new.deleted_at_ms is None:
            versions = self.versions.setdefault(new.decision_id, {})
            versions[new.version] = new
            _find_latest(self.latest, new.decision_id, versions)

    def _leave_model(self, old: DecisionDefinition) -> None:
        del self._of_model[old.requirements_key][old.decision_id]
        for earlier in self.versions.get(old.decision_id, {}).values():
            if earlier.requirements_key == old.requirements_key:
                self._of_model[old.requirements_key][old.decision_id] = earlier


def _named(row: Version | None, field: str) -> tuple[str, int] | None:
    """The id and the version of a row."""
    return (getattr(row, field), row.version) if row is not None else None


def _follow(given: GivenVersions, old: tuple[str, int] | None, new: tuple[str, int] | None) -> None:
    if new is not None:
        given.add(*new)
    elif old is not None:
        given.take_back(*old)


def _find_latest(latest: dict[str, Version], identifier: str, versions: dict[int, Version]) -> None:
    """The latest of those that are there, if any is."""
    if versions:
        latest[identifier] = versions[max(versions)]
    else:
        latest.pop(identifier, None)
