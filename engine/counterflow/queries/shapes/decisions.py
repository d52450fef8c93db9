"""Deployed decisions, and what came of them."""

from __future__ import annotations

import msgspec


class DecisionDefinition(msgspec.Struct, frozen=True):
    """One version of a decision, and the model that it came in.

    `version_tag` is what the model calls it, empty if it does not say.
    """

    key: int
    decision_id: str
    name: str
    version: int
    version_tag: str
    decision_requirements_id: str
    decision_requirements_key: int
    resource_name: str
    deployment_key: int
    deployed_at_ms: int


class DecisionXml(msgspec.Struct, frozen=True):
    """A decision model byte for byte as it was deployed."""

    resource_name: str
    xml: bytes


class DecisionEvaluation(msgspec.Struct, frozen=True):
    """A decision that was evaluated for an element instance.

    `failure` says why there is no output, and is empty if there is.

    `evaluated_json` is an array of the decisions on the way, the required ones first: `id`, `name`,
    `version`, `type`, `output`, `inputs` (`name` and `value`), `rules` that matched (`index` from 1,
    `outputs`). `warnings` say why something was null, one a line.
    """

    key: int
    decision_key: int
    decision_id: str
    version: int
    output_json: str
    evaluated_json: str
    evaluated_at_ms: int
    failed_decision_id: str = ""
    failure: str = ""
    warnings: str = ""
