"""Where the reference finds what catches an error or an escalation: from the thrower outwards, scope by scope."""

from __future__ import annotations

from tests.simulation.scopes import Live, events_of
from tests.simulation.shapes import Activity, Border, EventScope, Trigger


def find_catch(thrower: Live, kind: str, code: str) -> tuple[Live, Border | EventScope] | None:
    """Where it is caught, and by which event; None where nothing catches it."""
    live, inner = thrower, None
    while True:
        catch = _catch_at(live, inner, kind, code)
        if catch is not None:
            return live, catch
        if live.scope is None:
            return None
        live, inner = live.scope.owner, live


def _catch_at(live: Live, inner: Live | None, kind: str, code: str) -> Border | EventScope | None:
    """Events inside come before those on the border; but none has what comes from inside itself."""
    if live.inner is not None and not live.inner.interrupted and live.place >= 0:
        own = inner.shape if inner is not None else None
        event = catching([event for event in events_of(live) if event is not own], kind, code)
        if event is not None:
            return event
    borders = live.shape.borders if isinstance(live.shape, Activity) and live.place <= 0 else ()
    return catching(borders, kind, code)


def catching(
    events: tuple[Border, ...] | list[EventScope], kind: str, code: str
) -> Border | EventScope | None:
    """The event for this very code, else the one for any."""
    triggers = (Trigger(kind, code), Trigger(kind, ""))
    return next(
        (
            event
            for trigger in triggers
            for event in events
            if event.trigger is not None and trigger in event.trigger.each
        ),
        None,
    )
