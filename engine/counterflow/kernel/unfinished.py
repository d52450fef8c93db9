"""What is persisted of work that is too much for one page: what is left of a command's work-list. It goes on
in pages, and others have their turn between them.

Rows like all others (`rows.py`); what they mean is told by `work/pages.py` and `course/ending.py`.
"""

from __future__ import annotations

from counterflow.kernel.row import Home, Row, stored


@stored(Home.INSTANCE, key=("element_instance_key",), known_at_start=True, indexed_by="element_instance_key")
class Sweep(Row, frozen=True, gc=False):
    """An element instance is being swept away, page by page: for all others it is gone, with what is inside.

    With a `through_key` only its children up to that key are swept, but `spared_key`; what has begun in it
    since then lives.
    """

    element_instance_key: int
    process_instance_key: int
    through_key: int = 0
    spared_key: int = 0

    def takes(self, child_key: int) -> bool:
        """Whether this child of the element goes; 0 asks for the element itself."""
        if not self.through_key:
            return True
        return 0 < child_key <= self.through_key and child_key != self.spared_key


@stored(Home.INSTANCE, owned=True)
class WaitingWork(Row, frozen=True, gc=False):
    """What goes on at the element instance `at_key` when another one has been swept away.

    That one asks the listeners of user tasks before it goes; `what` is called as in an errand.
    """

    key: int
    process_instance_key: int
    swept_key: int
    what: str
    at_key: int


@stored(Home.INSTANCE, key=("user_task_key",))
class UserTaskTransition(Row, frozen=True, gc=False):
    """What is to become of a user task when its listeners have been asked.

    `asked` is a `UserTaskChange` and `corrections` a `Corrections` of what they have set right, in msgpack;
    `passed` of them have been gone through. `position` is where it began in the log, by which whoever has
    asked for it is told of its end.
    """

    user_task_key: int
    process_instance_key: int
    transition: str
    position: int
    asked: bytes
    corrections: bytes
    passed: int = 0


@stored(Home.PARTITION)
class Undertaking(Row, frozen=True, gc=False):
    """A command whose work goes on. `budget` is what is left of the command's, in msgpack.

    With a `process_instance_key` it is the work of an instance that was set aside, and waits for its release.
    `timers` is how many timers are part of it, since they leave no time to wait: what they bring about is
    paid for by the same budget.
    """

    key: int
    budget: bytes
    process_instance_key: int = 0
    timers: int = 0


@stored(Home.PARTITION, key=("undertaking_key", "place"), indexed_by="undertaking_key")
class Errand(Row, frozen=True, gc=False):
    """One thing that an undertaking still has to do: `what` is to be done at the element instance `key`.

    From the place `ARRIVALS` on it is something that comes from outside, when nothing else is left to do;
    then `key` is of what comes, or of whom it reaches. `about` says what else `what` has to be told,
    `causes` which throwing events have led to it (msgpack; empty where none has).
    """

    undertaking_key: int
    place: int
    what: str
    key: int
    process_instance_key: int
    about: str = ""
    document_key: int = 0
    causes: bytes = b""


@stored(Home.PARTITION, key=("undertaking_key", "key"), indexed_by="undertaking_key")
class Carried(Row, frozen=True, gc=False):
    """What errands of an undertaking bring, a JSON object: those with the `document_key` of this `key`."""

    undertaking_key: int
    key: int
    document: bytes


ARRIVALS = 1 << 40
"""Work has places below, in its order, and what comes from outside has places from here on."""
