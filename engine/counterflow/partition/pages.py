"""Work that goes on in pages: one page a batch, of one undertaking after another. The commands of others come
between.

What is unfinished is in the rows, so a start goes on where the last life has come to. A page that meets a
fault is taken up again once the broken instance is set aside; where there is none, its undertaking rests
until the next start, so that nothing is tried for ever.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable

from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.vocabulary import Rejection
from counterflow.kernel.work.pages import GoOn, next_undertaking
from counterflow.partition.batch import OpenBatch
from counterflow.partition.decider import Decider
from counterflow.partition.models import Models
from counterflow.partition.refusals import Faulted, Unavailable

logger = logging.getLogger("counterflow.partition")

REST_SECONDS = 1.0
"""How long pages wait after the database could not be read, or written."""


class Pages:
    """Turns one page after another. `turned` is called after each, with the number of instances that have
    ended by it, and sets it again; none is turned while everything is held.
    """

    def __init__(
        self,
        decider: Decider,
        models: Models,
        turned: Callable[[int], None],
        is_all_held: Callable[[], bool],
    ) -> None:
        self._decider = decider
        self._models = models
        self._turned = turned
        self._is_all_held = is_all_held
        self._timer: asyncio.Handle | None = None
        self._batch: OpenBatch | None = None
        self._last = 0
        self._held: set[int] = set()
        """Undertakings that cannot go on: a model is read for them, or they have met a fault."""
        self._stopping = True
        self._rest_seconds = 0.0

    def start(self) -> None:
        """Go on with what is unfinished."""
        self._stopping = False
        self.set()

    def stop(self) -> None:
        """Turn no more pages; who starts next goes on."""
        self._stopping = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def set(self) -> None:
        """Turn a page when all else has had its turn, unless the open batch has one. Then its commit sets it
        again.
        """
        decider = self._decider
        is_waiting = self._timer is not None or self._stopping or self._is_all_held()
        if is_waiting or decider.is_lost or decider.open is self._batch:
            return
        if next_undertaking(decider.state, self._last, self._held):
            self._timer = asyncio.get_running_loop().call_later(self._rest_seconds, self._turn)

    def rest(self) -> None:
        """Turn no page before `REST_SECONDS`."""
        self._rest_seconds = REST_SECONDS
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _turn(self) -> None:
        self._timer, self._rest_seconds = None, 0.0
        key = next_undertaking(self._decider.state, self._last, self._held)
        if self._stopping or self._decider.is_lost or not key:
            return
        self._last, self._batch = key, self._decider.open
        try:
            ended = len(self._decider.decide(GoOn(undertaking_key=key)).ended)
        except Unavailable:
            self._timer = asyncio.get_running_loop().call_later(REST_SECONDS, self._turn)
            return
        except ModelNeeded as needed:
            ended, self._batch = 0, None
            self._held.add(key)
            self._models.wait(needed, functools.partial(self._is_read, key))
        except Rejection as rejection:
            ended, self._batch = 0, None
            if not isinstance(rejection, Faulted) or not rejection.is_contained:
                logger.exception("Undertaking %s cannot go on before the next start", key)
                self._held.add(key)
        self._turned(ended)

    def _is_read(self, key: int, _: Unavailable | None) -> None:
        """The model that a page needs was read, or cannot be: it is turned again, and meets that."""
        self._held.discard(key)
        self.set()
