"""Deployed processes."""

from __future__ import annotations

import msgspec


class Definition(msgspec.Struct, frozen=True):
    """One version of a process. `version_tag` is what the model calls it, empty if it does not say."""

    key: int
    bpmn_process_id: str
    version: int
    version_tag: str
    resource_name: str
    deployment_key: int
    deployed_at_ms: int


class DefinitionXml(msgspec.Struct, frozen=True):
    """A diagram byte for byte as it was deployed."""

    resource_name: str
    xml: bytes
