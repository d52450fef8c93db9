"""The call that deletes what was deployed."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.edge.grpc.calls import Translated, Translation
from counterflow.kernel.lives.deletions import DeleteResource
from counterflow_wire import gateway


class DeletionCalls:
    """The rpc DeleteResource."""

    def translations(self) -> Mapping[str, Translation]:
        """By rpc."""
        return {"DeleteResource": self.delete_resource}

    def delete_resource(self, request: gateway.DeleteResourceRequest) -> Translated:
        """A version of a process or of a decision model is deleted."""
        return Translated(DeleteResource(resource_key=request.resourceKey))
