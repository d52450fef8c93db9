"""How the reference undoes: by definition, comparing every pair of what is to be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.simulation.scopes import Entry, Live, Path, Scope, Then, available, nothing, reached, scope_of
from tests.simulation.shapes import Activity, Border, Catch, Course, End, EventScope

Intervals = Callable[[Path], tuple[int, int]]
"""When, in positions of the log, an element was activated and completed."""


class Undoing:
    """What a throw of compensation, or of a cancel, does; how a token moves is said by the reference."""

    def __init__(self, intervals: Intervals) -> None:
        self._intervals = intervals
        self.by_path: dict[Path, Live] = {}

    def _enter(
        self,
        shape: Activity,
        scope: Scope,
        then: Then,
        undoes: tuple[Entry, Live] | None = None,
        start_at: Sequence[str] = (),
    ) -> None:
        raise NotImplementedError

    def _enter_event_scope(
        self, shape: EventScope, scope: Scope, then: Then, undoes: tuple[Entry, Live] | None = None
    ) -> None:
        raise NotImplementedError

    def _complete(self, live: Live) -> None:
        raise NotImplementedError

    def _come(self, live: Live, catch: Border | EventScope | Catch | Course | Activity) -> None:
        raise NotImplementedError

    def _undo(self, throw: Live, activity: str) -> None:
        for items in reached(scope_of(throw)):
            throw.taken += available(items, activity)
        for entry in throw.taken:
            entry.state = "taken"
        self._undo_next(throw)

    def _undo_next(self, throw: Live) -> None:
        unfinished = [entry for entry in throw.taken if entry.state in {"taken", "started"}]
        if not unfinished:
            self._all_undone(throw)
            return
        for entry in unfinished:
            if entry.state == "taken" and not any(self._before(entry, other) for other in unfinished):
                self._start_undo(entry, throw)

    def _all_undone(self, throw: Live) -> None:
        """The throw goes on; a transaction that it has cancelled is left by its border."""
        if not isinstance(throw.shape, End) or throw.shape.kind != "cancel":
            self._complete(throw)
            return
        transaction = scope_of(throw).owner
        borders = transaction.shape.borders if isinstance(transaction.shape, Activity) else ()
        for border in borders:
            if border.trigger.kind == "cancel":
                self._come(transaction, border)

    def _start_undo(self, entry: Entry, throw: Live) -> None:
        entry.state = "started"
        if isinstance(entry.handler, EventScope):
            self._enter_event_scope(entry.handler, scope_of(throw), nothing, (entry, throw))
        else:
            self._enter(entry.handler, scope_of(throw), nothing, (entry, throw))

    def _undone(self, entry: Entry, throw: Live) -> None:
        entry.state = "undone"
        if throw.path in self.by_path:
            self._undo_next(throw)

    def _before(self, first: Entry, second: Entry) -> bool:
        """Whether the first had ended before the second began; a sub-process's own handler stands for the
        moment after its end.
        """
        if first.path == second.path:
            return second.is_moment and not first.is_moment
        began, ended = self._intervals(second.path)
        return self._intervals(first.path)[1] < (ended if second.is_moment else began)
