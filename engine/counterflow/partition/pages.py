"""Work that goes on in pages: one page a batch, of one undertaking after another. The commands of others come
between.

What is unfinished is in the rows, so a start goes on where the last life has come to. A page that meets a
fault is taken up again once the broken instance is set aside; where there is none, its undertaking rests
until the next start, so that nothing is tried for ever. A page that a server has ended in the middle of
twice is not turned again: the instance that it begins with is set aside (`underway.py`).
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable

from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.windows import Due
from counterflow.kernel.unfinished import Undertaking
from counterflow.kernel.vocabulary import Rejection
from counterflow.kernel.work.pages import GoOn, next_errand, next_undertaking
from counterflow.partition.batch import OpenBatch
from counterflow.partition.decider import Decider
from counterflow.partition.models import Models
from counterflow.partition.refusals import Faulted, Unavailable
from counterflow.partition.underway import Underway

logger = logging.getLogger("counterflow.partition")

REST_SECONDS = 1.0
"""How long pages wait after the database could not be read, or written."""
REASON = (
    "The server ended while work of this instance went on, so it is set aside and its work goes on no more; "
    "release the instance to try it once more"
)
WITHOUT_INSTANCE = (
    "The server ended while undertaking %s went on, which belongs to no instance; it is held, at each start, "
    "until `counterflow release-due` lets it go on"
)


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
        underway: Underway,
    ) -> None:
        self._decider = decider
        self._underway = underway
        self._interrupted = set(underway.interrupted)
        """What a server has ended in the middle of once, and has not been turned since."""
        self._models = models
        self._turned = turned
        self._is_all_held = is_all_held
        self._timer: asyncio.Handle | None = None
        self._batch: OpenBatch | None = None
        self._last = 0
        self._suspects: dict[int, Due] = {}
        """Those of no instance that no server has survived, by undertaking: they are held as well."""
        self._held: set[int] = set()
        """Undertakings that cannot go on: a model is read for them, or they have met a fault."""
        self._stopping = True
        self._rest_seconds = 0.0

    def start(self) -> None:
        """Go on with what is unfinished, but not with what no server survives."""
        self._stopping = False
        for page in self._underway.suspects:
            if page.table is Undertaking:
                self._set_suspect_aside(page)
        self.set()

    def release(self) -> bool:
        """Turn pages again that no server has survived; answers whether there are any.

        Those of no instance that could be released.
        """
        released, self._suspects = self._suspects, {}
        for page in released.values():
            logger.info("Undertaking %s is held no longer", page.key)
            self._underway.clear_suspect(page)
            self._held.discard(page.key)
        self.set()
        return bool(released)

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
        self._last = key
        page = self._page_of(key)
        if page in self._interrupted:
            self._put_off(page)
            return
        self._batch = self._decider.open
        self._underway.begin(page)
        try:
            ended = len(self._decider.decide(GoOn(undertaking_key=key)).ended)
            self._underway.carried_out(page)
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
        finally:
            self._underway.end()
        self._turned(ended)

    def _page_of(self, undertaking_key: int) -> Due:
        """How the next one is known to the process after this one."""
        errand = next_errand(self._decider.state, undertaking_key)
        return Due(errand.place if errand is not None else 0, undertaking_key, Undertaking)

    def _put_off(self, page: Due) -> None:
        """Not among the first when the server starts: see `underway.py`."""
        self._interrupted.discard(page)
        self._held.add(page.key)
        asyncio.get_running_loop().call_later(REST_SECONDS, self._may_go_on, page.key)
        self.set()

    def _may_go_on(self, undertaking_key: int) -> None:
        self._held.discard(undertaking_key)
        self.set()

    def _set_suspect_aside(self, page: Due) -> None:
        """Quarantine the instance that it begins with, if it is still to be turned."""
        if self._page_of(page.key) == page:
            state = self._decider.state
            errand = next_errand(state, page.key)
            instance = state.instance(errand.process_instance_key) if errand is not None else None
            if instance is None or instance.stands_still:
                logger.error(WITHOUT_INSTANCE, page.key)
                self._suspects[page.key] = page
                self._held.add(page.key)
                return
            logger.error("The server ended while work of instance %s went on; it is set aside", instance.key)
            self._decider.decide(QuarantineInstance(process_instance_key=instance.key, reason=REASON))
        self._decider.open.committed.append(functools.partial(self._underway.clear_suspect, page))

    def _is_read(self, key: int, _: Unavailable | None) -> None:
        """The model that a page needs was read, or cannot be: it is turned again, and meets that."""
        self._may_go_on(key)
