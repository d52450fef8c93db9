"""Models that are at hand: read when they are first asked for, put away again, the least recently used
first.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

Model = TypeVar("Model")

KEPT_MODELS = 256
"""Models of one kind that are kept at hand."""


class _Kept(NamedTuple, Generic[Model]):
    """A model, and the batch whose commit brings its file into the store."""

    model: Model
    batch: int


class Shelf(Generic[Model]):
    """Models by the key of their definition."""

    def __init__(self) -> None:
        self._models: OrderedDict[int, _Kept[Model]] = OrderedDict()

    def get(self, key: int) -> Model | None:
        """A model that is at hand; None where it has to be read."""
        kept = self._models.get(key)
        if kept is None:
            return None
        self._models.move_to_end(key)
        return kept.model

    def keep(self, key: int, model: Model, batch: int = 0) -> None:
        """Have a model at hand. `batch`: the one whose commit stores its file, if that is still to come."""
        self._models[key] = _Kept(model, batch)

    def forget(self, key: int) -> None:
        """The model is not deployed any more."""
        self._models.pop(key, None)

    def release(self, committed_batch: int) -> None:
        """Put away models beyond those that are kept, of those that the store can give back."""
        surplus = len(self._models) - KEPT_MODELS
        if surplus > 0:
            stored = (key for key, kept in self._models.items() if kept.batch <= committed_batch)
            for key in list(islice(stored, surplus)):
                del self._models[key]
