"""Which versions of processes are deployed: by id, number and label, and by what they were deployed with.

Deleted ones are not among them.
"""

from __future__ import annotations

from counterflow.kernel.rows import ProcessDefinition
from counterflow.kernel.state.versions import GivenVersions


class DeployedProcesses:
    """The indexes of processes that commands ask for. Changed by the indexer of the rows only."""

    def __init__(self) -> None:
        self.latest: dict[str, ProcessDefinition] = {}
        self.given = GivenVersions()
        self._versions: dict[str, dict[int, ProcessDefinition]] = {}
        """By process id and version, in the order of their deployment."""
        self._tagged: dict[tuple[str, str], dict[int, ProcessDefinition]] = {}
        """By process id and label, then by version."""
        self._deployed: dict[tuple[int, str], ProcessDefinition] = {}
        """By deployment and process id."""

    def version_of(self, process_id: str, version: int) -> ProcessDefinition | None:
        """One version of a process; None when there is none."""
        return self._versions.get(process_id, {}).get(version)

    def tagged(self, process_id: str, version_tag: str) -> ProcessDefinition | None:
        """The latest version of a process that carries this label; None when none does."""
        rows = self._tagged.get((process_id, version_tag))
        return rows[max(rows)] if rows else None

    def deployed_with(self, deployment_key: int, process_id: str) -> ProcessDefinition | None:
        """The version that came with a deployment; None when that brought none."""
        return self._deployed.get((deployment_key, process_id))

    def versions(self, process_id: str) -> list[ProcessDefinition]:
        """Every version of a process, in the order of their deployment."""
        rows = self._versions.get(process_id, {})
        return [rows[version] for version in sorted(rows)]

    def index(self, old: ProcessDefinition | None, new: ProcessDefinition | None) -> None:
        """A version has come, was deleted, or was taken back."""
        if old is not None and old.deleted_at_ms is None:
            self._remove(old)
        if new is None and old is not None:
            self.given.take_back(old.bpmn_process_id, old.version)
        if new is not None:
            self.given.add(new.bpmn_process_id, new.version)
        if new is not None and new.deleted_at_ms is None:
            self._add(new)

    def _add(self, row: ProcessDefinition) -> None:
        process_id = row.bpmn_process_id
        self._versions.setdefault(process_id, {})[row.version] = row
        self._deployed[row.deployment_key, process_id] = row
        if row.version_tag:
            self._tagged.setdefault((process_id, row.version_tag), {})[row.version] = row
        latest = self.latest.get(process_id)
        if latest is None or latest.version <= row.version:
            self.latest[process_id] = row

    def _remove(self, row: ProcessDefinition) -> None:
        process_id = row.bpmn_process_id
        versions = self._versions[process_id]
        del versions[row.version]
        self._deployed.pop((row.deployment_key, process_id), None)
        if row.version_tag:
            tagged = self._tagged[process_id, row.version_tag]
            del tagged[row.version]
            if not tagged:
                del self._tagged[process_id, row.version_tag]
        if versions:
            self.latest[process_id] = versions[max(versions)]
        else:
            del self._versions[process_id], self.latest[process_id]
