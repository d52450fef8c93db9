"""Which forms are deployed: by id, version and label. Their rows are few and in memory as a whole."""

from __future__ import annotations

from counterflow.kernel.rows import Form


class DeployedForms:
    """The index of forms that commands ask for. Changed by the indexer of the rows only."""

    def __init__(self) -> None:
        self.latest: dict[str, Form] = {}
        self._versions: dict[str, dict[int, Form]] = {}
        """By form id and version, in the order of their deployment."""

    def version_of(self, form_id: str, version: int) -> Form | None:
        """One version of a form; None when there is none."""
        return self._versions.get(form_id, {}).get(version)

    def tagged(self, form_id: str, version_tag: str) -> Form | None:
        """The latest version of a form that carries this label; None when none does."""
        return next((row for row in reversed(self.versions(form_id)) if row.version_tag == version_tag), None)

    def versions(self, form_id: str) -> list[Form]:
        """Every version of a form, in the order of their deployment."""
        return list(self._versions.get(form_id, {}).values())

    def index(self, old: Form | None, new: Form | None) -> None:
        """A version has come, or was taken back."""
        if new is not None:
            self._versions.setdefault(new.form_id, {})[new.version] = new
            self.latest[new.form_id] = new
        elif old is not None:
            versions = self._versions[old.form_id]
            del versions[old.version]
            if versions:
                self.latest[old.form_id] = versions[max(versions)]
            else:
                del self._versions[old.form_id], self.latest[old.form_id]
