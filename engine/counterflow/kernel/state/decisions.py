"""Which decisions are deployed, by id, version, label and model, and the models that are at hand.

Rows of decisions are few and held in memory as a whole; the models, which are large, are on a shelf.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from counterflow.kernel.rows import DecisionDefinition, DecisionRequirements
from counterflow.kernel.state.shelf import Shelf

if TYPE_CHECKING:
    from counterflow.dmn import Definitions

Version = TypeVar("Version", DecisionDefinition, DecisionRequirements)


class DeployedDecisions:
    """The indexes of decisions that commands ask for.

    Changed by the rows' indexers only, but for the models.
    """

    def __init__(self) -> None:
        self.latest: dict[str, DecisionDefinition] = {}
        self.versions: dict[str, dict[int, DecisionDefinition]] = {}
        """By decision id and version, in the order of their deployment."""
        self.latest_requirements: dict[str, DecisionRequirements] = {}
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
        """A version of a model has come, or was taken back."""
        if new is not None:
            self._requirements.setdefault(new.requirements_id, {})[new.version] = new
            self.latest_requirements[new.requirements_id] = new
        elif old is not None:
            self.models.forget(old.key)
            versions = self._requirements[old.requirements_id]
            del versions[old.version]
            _fall_back(self.latest_requirements, old.requirements_id, versions)

    def index_decision(self, old: DecisionDefinition | None, new: DecisionDefinition | None) -> None:
        """A version of a decision has come, or was taken back."""
        if new is not None:
            self.versions.setdefault(new.decision_id, {})[new.version] = new
            self.latest[new.decision_id] = new
            self._of_model.setdefault(new.requirements_key, {})[new.decision_id] = new
        elif old is not None:
            versions = self.versions[old.decision_id]
            del versions[old.version]
            _fall_back(self.latest, old.decision_id, versions)
            if not versions:
                del self.versions[old.decision_id]
            del self._of_model[old.requirements_key][old.decision_id]
            for earlier in versions.values():
                if earlier.requirements_key == old.requirements_key:
                    self._of_model[old.requirements_key][old.decision_id] = earlier


def _fall_back(latest: dict[str, Version], identifier: str, versions: dict[int, Version]) -> None:
    """What was the latest before, if anything was."""
    if versions:
        latest[identifier] = versions[max(versions)]
    else:
        del latest[identifier]
