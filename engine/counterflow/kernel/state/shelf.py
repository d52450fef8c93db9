"""Models that are at hand, put away again, the least recently used first.

The kernel reads none. A command that needs one that is not here is broken off with `ModelNeeded` and leaves
no trace; whoever carries commands out reads it, aside from everything else, and gives the command again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from counterflow.kernel.rows import DecisionRequirements, ProcessDefinition
from counterflow.kernel.vocabulary import BrokenInvariant, Damaged

if TYPE_CHECKING:
    from counterflow.dmn import Definitions

Model = TypeVar("Model")


class ModelNeeded(Exception):
    """A command needs the model of `row`, which is not at hand; `imported` are the models that it imports."""

    def __init__(
        self, row: ProcessDefinition | DecisionRequirements, imported: Sequence[Definitions] = ()
    ) -> None:
        super().__init__(f"the model of {row.table} {row.key} has to be read")
        self.row = row
        self.imported = imported


class _Kept(NamedTuple, Generic[Model]):
    """A model, the bytes of its file, and the batch whose commit brings that into the store."""

    model: Model
    size: int
    batch: int


class Shelf(Generic[Model]):
    """Models by the key of their definition."""

    def __init__(self) -> None:
        self._models: OrderedDict[int, _Kept[Model]] = OrderedDict()
        self.bytes = 0
        """The files of those at hand, together. A model takes several times as much in memory."""
        self.faults: dict[int, BrokenInvariant | Damaged] = {}
        """Why a model cannot be read, by the key of its definition, until it is worth another try."""

    def __len__(self) -> int:
        return len(self._models)

    def get(self, key: int) -> Model | None:
        """A model that is at hand; None where it has to be read."""
        kept = self._models.get(key)
        if kept is None:
            return None
        self._models.move_to_end(key)
        return kept.model

    def keep(self, key: int, model: Model, size: int, batch: int = 0) -> None:
        """Have a model at hand.

        `size`: the bytes of its file; `batch`: the one whose commit stores that, if it is still to come.
        """
        self.forget(key)
        self._models[key] = _Kept(model, size, batch)
        self.bytes += size

    def forget(self, key: int) -> None:
        """The model is not deployed any more."""
        kept = self._models.pop(key, None)
        if kept is not None:
            self.bytes -= kept.size

    def release(self, committed_batch: int, most_bytes: int) -> list[int]:
        """Put away models beyond so many bytes of files; answers their keys.

        They are of those that the store can give back. The one that was used last stays.
        """
        away: list[int] = []
        if self.bytes <= most_bytes:
            return away
        for key, kept in list(self._models.items())[:-1]:
            if self.bytes <= most_bytes:
                break
            if kept.batch <= committed_batch:
                self.forget(key)
                away.append(key)
        return away
