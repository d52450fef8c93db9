"""The life of work that is too much for one command: it goes on in pages. Others have their turn between
them.

    put off (the page of a command is full) → another page (as often as needed) → ended
    put off for an instance that was set aside: it goes on when that is released
    waited for no time (a timer is due at once) → the timer goes on with what is left of the budget → …

What a step has left when its page is full is written down in its order, one errand each, with what is left
of the command's budget; nothing of it is kept in memory alone. The partition gives `GoOn` for one undertaking
after another, between the commands of others. What a page breaks off in the middle (a sweep, the beginning of
many instances) stands in the rows it works on, and is the first errand of the next.

A page is full by what it has brought about, never by the clock, so that a command on the same state comes
equally far. An errand whose element has gone meanwhile is done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.unfinished import ARRIVALS, Carried, Errand, Undertaking
from counterflow.kernel.vocabulary import Command, PartitionEvent
from counterflow.kernel.work.agenda import ToAsk
from counterflow.kernel.work.budget import CommandBudget
from counterflow.kernel.work.errands import NO_CAUSES, Arrival, Causes, Regarding
from counterflow.kernel.work.step import Continuation, Step, Token, attempt

ASKING_AT_ONCE: Final = 100
"""Errands of conditions that a page takes up before it asks any. Each may stand for very many."""


class ToDo(NamedTuple):
    """An errand as the log tells of it."""

    place: int
    what: str
    key: int
    process_instance_key: int
    about: str
    document_key: int
    causes: bytes


class WorkPutOff(PartitionEvent, frozen=True):
    """A page is full, and the rest of the work goes on as an undertaking of this key. With a
    `process_instance_key` it does when that instance is released.
    """

    key: int
    budget: bytes
    errands: tuple[ToDo, ...]
    process_instance_key: int = 0
    carried: dict[int, bytes] = {}  # noqa: RUF012 - msgspec copies it


class PageEnded(PartitionEvent, frozen=True):
    """An undertaking has gone on by a page: the errands at these places are done, and these have come."""

    undertaking_key: int
    budget: bytes
    done: tuple[int, ...]
    errands: tuple[ToDo, ...]
    carried: dict[int, bytes] = {}  # noqa: RUF012 - msgspec copies it


class WorkEnded(PartitionEvent, frozen=True):
    """An undertaking is done."""

    undertaking_key: int


class BudgetKept(PartitionEvent, frozen=True):
    """What is left of the budget of an undertaking, for those of its timers that are still to come."""

    undertaking_key: int
    budget: bytes


class GoOn(Command, frozen=True, kw_only=True, gc=False):
    """One more page of an undertaking. Given by the loop, never by a caller. Answers whether it went on."""

    undertaking_key: int


class Page:
    """What a page has taken up of an undertaking, and what has become of it."""

    def __init__(self, undertaking: Undertaking, places: list[int]) -> None:
        self.undertaking = undertaking
        self.work = [place for place in places if place < ARRIVALS]
        self.arrivals = places[len(self.work) :]
        self.worked = 0
        """How many of its work errands have been taken up."""
        self.brought = 0
        """How many of its arrivals may come in this page."""
        self.asks: dict[int, dict[int, ToAsk]] | None = None
        """The conditions that it is still to come to, by the key of their errand, and place.

        None as long as nobody has wanted to know.
        """
        self.aside: dict[int, list[Errand]] = {}
        """Errands of process instances that are set aside."""
        self._documents: dict[int, dict[str, bytes]] = {}

    def document(self, state: State, key: int) -> Mapping[str, bytes] | None:
        """What arrivals bring that have this document key; None where they bring nothing."""
        if key and key not in self._documents:
            text = state.shared[Carried][self.undertaking.key, key].document
            members = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
            self._documents[key] = {name: bytes(value) for name, value in members.items()}
        return self._documents.get(key)


def decide_go_on(step: Step, command: GoOn) -> bool:
    """Work first, in its order; what comes of it has its turn when all that was there before is done.

    Conditions are taken up by so many errands that none of them is asked before its turn, and by no more, so
    that very many are not written down anew with every page.
    """
    key, shared = command.undertaking_key, step.state.shared
    undertaking: Undertaking | None = shared[Undertaking].get(key)
    if undertaking is None or _stands_still(step.state, undertaking):
        return False
    _take_up(step, undertaking)
    page = step.page = Page(undertaking, _places(step, key))
    step.is_asked_later = partial(_is_asked_later, step, page)
    for number in page.work:
        errand = shared[Errand][key, number]
        if step.to_ask and (not _asks(step, errand) or len(step.to_ask) >= ASKING_AT_ONCE):
            step.ask_all()
        if step.is_page_full:
            step.page_end = 0
            return True
        page.worked += 1
        _run_errand(step, page, errand)
    _bring(step, page)
    return True


def _asks(step: Step, errand: Errand) -> bool:
    return step.house.continuations[errand.what] in step.house.asking


def _is_asked_later(step: Step, page: Page, key: int, token: Token) -> bool:
    """Asked is once, after all that has changed before."""
    if page.asks is None:
        page.asks = _still_to_come(step, page)
    around = _outwards(token) if page.asks else ()
    return any(
        conditions.is_to_come_to(key) for at in around for conditions in page.asks.get(at, {}).values()
    )


def _still_to_come(step: Step, page: Page) -> dict[int, dict[int, ToAsk]]:
    rows, asks = step.state.shared[Errand], dict[int, dict[int, ToAsk]]()
    for number in page.work[page.worked :]:
        errand = rows[page.undertaking.key, number]
        conditions = _to_ask(step, page, errand) if _asks(step, errand) else None
        if conditions is not None:
            asks.setdefault(errand.key, {})[number] = conditions
    return asks


def _outwards(token: Token) -> Iterator[int]:
    key, elements = token.key, token.instance.elements
    while key:
        yield key
        key = elements[key].scope_key


def _to_ask(step: Step, page: Page, errand: Errand) -> ToAsk | None:
    """What one asks; None where whoever waits is gone."""
    token = _token_of(step, errand)
    if token is None:
        return None
    asking, document_key = step.house.continuations[errand.what], errand.document_key
    question: ToAsk = asking(token, errand.about, document_key, page.document(step.state, document_key))
    return question


def next_undertaking(state: State, after: int = 0, but: Collection[int] = ()) -> int:
    """The undertaking whose turn it is after that of another, of all but these; 0 where none can go on."""
    keys = state.indexed[Errand]
    if not keys:
        return 0
    rows = state.shared[Undertaking]
    able = [key for key in keys if key not in but and not _stands_still(state, rows[key])]
    return min((key for key in able if key > after), default=min(able, default=0))


def next_errand(state: State, undertaking_key: int) -> Errand | None:
    """What the next page of an undertaking begins with; None where there is none."""
    number = min(state.indexed[Errand].get(undertaking_key, ()), default=None)
    errand: Errand | None = state.shared[Errand][number] if number is not None else None
    return errand


def put_off(step: Step) -> None:
    """Write down what a step has left to do, and what it has done of what was written down before."""
    page: Page | None = step.page
    step.first.extend(step.put_off_asked())
    if page is not None:
        _end_page(step, page)
    elif not step.is_done:
        _begin_pages(step)
    _keep_budget(step)


def key_of(step: Step) -> int:
    """The undertaking that what is scheduled for no later than now is part of. It is led to by all that has
    led here.
    """
    if not step.undertaking_key:
        step.undertaking_key = step.new_key()
    step.causes_of_timers |= step.causes
    return step.undertaking_key


def go_on_with(step: Step, undertaking_key: int) -> None:
    """What was scheduled for no later than it was then comes: it goes on with the budget of its undertaking.
    Of 0, which is none, nothing.
    """
    undertaking: Undertaking | None = step.state.shared[Undertaking].get(undertaking_key)
    if undertaking is not None:
        _take_up(step, undertaking)
        step.causes_of_timers = step.causes


def wait_for_release(token: Token, continuation: Continuation) -> None:
    """An element of an instance that is set aside goes on when that is released."""
    step = token.step
    errand = ToDo(0, *_written(step.house.names, continuation, token))
    step.emit(WorkPutOff(step.new_key(), step.budget.carry(step.causes), (errand,), token.instance.key))


def ask_with_new_fuel(step: Step) -> None:
    """The fuel of this command is spent: what is to be asked is asked on that of another one.

    That may enter as many elements again as this one.
    """
    entries = step.put_off_asked()
    errands = tuple(ToDo(number, *_written(step.house.names, *entry)) for number, entry in enumerate(entries))
    budget = step.budget.carry(step.causes, step.limits.fuel)
    step.emit(WorkPutOff(step.new_key(), budget, errands, carried=_brought(entries)))


def _take_up(step: Step, undertaking: Undertaking) -> None:
    step.undertaking_key = undertaking.key
    step.budget, step.causes = CommandBudget.carried(step.limits, undertaking.budget)


def _begin_pages(step: Step) -> None:
    """Of an undertaking whose timer has come, what is put off joins what is still to be done."""
    key, coming = step.undertaking_key or step.new_key(), step.coming
    step.undertaking_key = key
    places = _places(step, key)
    if places:
        _end_page(step, Page(step.state.shared[Undertaking][key], places))
        return
    errands = _to_do(step, coming, 0, 0, ARRIVALS)
    carried = _carried(coming) | _brought(step.first)
    step.emit(WorkPutOff(key, step.budget.carry(step.causes), errands, carried=carried))


def _keep_budget(step: Step) -> None:
    undertaking = step.state.shared[Undertaking].get(step.undertaking_key)
    if undertaking is not None and undertaking.timers:
        budget = step.budget.carry(step.causes | step.causes_of_timers)
        if budget != undertaking.budget:
            step.emit(BudgetKept(undertaking.key, budget))


def _places(step: Step, key: int) -> list[int]:
    return sorted(number for _, number in step.state.indexed[Errand].get(key, ()))


def _stands_still(state: State, undertaking: Undertaking) -> bool:
    """Whether it is the work of an instance that is set aside."""
    key = undertaking.process_instance_key
    instance = state.instance(key) if key else None
    return instance is not None and instance.stands_still


def _run_errand(step: Step, page: Page, errand: Errand) -> None:
    token, go_on = _token_of(step, errand), step.house.continuations[errand.what]
    if page.asks is not None:
        page.asks.get(errand.key, {}).pop(errand.place, None)
    if token is None:
        return
    if token.instance.stands_still and not step.house.sweeping.get(go_on, False):
        page.aside.setdefault(token.instance.key, []).append(errand)
        return
    if go_on not in step.house.sweeping and is_swept(step.state, token.instance, errand.key):
        return
    conditions = _to_ask(step, page, errand) if go_on in step.house.asking else None
    if conditions is not None:
        step.ask(conditions)
    else:
        attempt(token, Regarding(go_on, errand.about) if errand.about else go_on)


def _token_of(step: Step, errand: Errand) -> Token | None:
    instance = step.state.instance(errand.process_instance_key)
    if instance is None or errand.key not in instance.elements:
        return None
    return step.at(instance).token(errand.key)


def _bring(step: Step, page: Page) -> None:
    """What was to come from outside comes before all that is put there now; no more than a page can see."""
    page.brought = min(len(page.arrivals), step.limits.page_events)
    errands = step.state.shared[Errand]
    before = [
        _arrival(step, page, errands[page.undertaking.key, number])
        for number in page.arrivals[: page.brought]
    ]
    if page.brought < len(page.arrivals):
        before.append(Arrival(_no_more_in_this_page, 0))
    step.coming.extendleft(reversed(before))


def _arrival(step: Step, page: Page, errand: Errand) -> Arrival:
    return Arrival(
        step.house.arrivals[errand.what],
        errand.key,
        errand.process_instance_key,
        errand.about,
        _causes(errand.causes),
        errand.document_key,
        page.document(step.state, errand.document_key),
    )


def _no_more_in_this_page(step: Step, _: Arrival) -> None:
    step.page_end = 0


def _end_page(step: Step, page: Page) -> None:
    key, budget = page.undertaking.key, step.budget.carry(step.causes)
    for instance_key, errands in page.aside.items():
        to_do = tuple(
            ToDo(row.place, row.what, row.key, instance_key, row.about, row.document_key, b"")
            for row in errands
        )
        rows, brought = step.state.shared[Carried], {row.document_key for row in errands} - {0}
        carried = {document_key: rows[key, document_key].document for document_key in brought}
        step.emit(WorkPutOff(step.new_key(), budget, to_do, instance_key, carried))
    came = min(step.came, page.brought)
    waiting = [arrival for arrival in step.coming if arrival.reach is not _no_more_in_this_page]
    coming = waiting[page.brought - came :]
    new = _to_do(
        step,
        coming,
        page.work[0] if page.work else 0,
        page.work[-1] + 1 if page.work else 0,
        page.arrivals[-1] + 1 if page.arrivals else ARRIVALS,
    )
    if step.is_in_parts and came < page.brought:
        new = (ToDo(page.arrivals[came], *_written_arrival(step.house.names, waiting[0])), *new)
    if new or page.worked < len(page.work) or came < len(page.arrivals):
        done = (*page.work[: page.worked], *page.arrivals[:came])
        kept = {number for _, number in step.state.indexed[Carried].get(key, ())}
        carried = _carried(coming) | _brought(step.first)
        carried = {number: text for number, text in carried.items() if number not in kept}
        step.emit(PageEnded(key, budget, done, new, carried))
    else:
        step.emit(WorkEnded(key))


def _to_do(
    step: Step, arrivals: Iterable[Arrival], before: int, first_number: int, arrival_place: int
) -> tuple[ToDo, ...]:
    """What is left: what was broken off, at places before `before`, then the rest, from `first_number` on."""
    names = step.house.names
    first = (_written(names, *entry) for entry in step.first)
    work = (_written(names, *entry) for entry in step.work)
    arriving = (_written_arrival(names, arrival) for arrival in arrivals)
    in_order = chain(
        enumerate(first, before - len(step.first)),
        enumerate(work, first_number),
        enumerate(arriving, arrival_place),
    )
    return tuple(ToDo(at, *written) for at, written in in_order)


def _written(
    names: Mapping[Callable[..., object], str], continuation: Continuation, token: Token
) -> tuple[str, int, int, str, int, bytes]:
    if isinstance(continuation, Regarding):
        what, about = names[continuation.continuation], continuation.about
        return what, token.key, token.instance.key, about, continuation.document_key, b""
    return names[continuation], token.key, token.instance.key, "", 0, b""


def _written_arrival(
    names: Mapping[Callable[..., object], str], arrival: Arrival
) -> tuple[str, int, int, str, int, bytes]:
    causes = msgspec.msgpack.encode(sorted(arrival.causes)) if arrival.causes else b""
    return (
        names[arrival.reach],
        arrival.key,
        arrival.process_instance_key,
        arrival.about,
        arrival.document_key,
        causes,
    )


def _carried(arrivals: Iterable[Arrival]) -> dict[int, bytes]:
    """What these bring, as JSON objects."""
    documents = {
        arrival.document_key: arrival.document for arrival in arrivals if arrival.document is not None
    }
    return {key: _object(document) for key, document in documents.items()}


def _brought(entries: Iterable[tuple[Continuation, Token]]) -> dict[int, bytes]:
    """Likewise, of what is put off itself."""
    regarding = (continuation for continuation, _ in entries if isinstance(continuation, Regarding))
    return {
        regard.document_key: _object(regard.document) for regard in regarding if regard.document is not None
    }


def _object(document: Mapping[str, bytes]) -> bytes:
    return msgspec.json.encode({name: msgspec.Raw(value) for name, value in document.items()})


def _causes(document: bytes) -> Causes:
    return frozenset(msgspec.msgpack.decode(document, type=list[tuple[int, str]])) if document else NO_CAUSES


# -- applying ------------------------------------------------------------------------------------------------


def _apply_put_off(state: State, event: WorkPutOff) -> None:
    before: Undertaking | None = state.shared[Undertaking].get(event.key)
    timers = before.timers if before is not None else 0
    state.put(Undertaking(event.key, event.budget, event.process_instance_key, timers))
    _put_errands(state, event.key, event)


def _apply_page(state: State, event: PageEnded) -> None:
    key = event.undertaking_key
    for number in event.done:
        state.delete(state.shared[Errand][key, number])
    state.put(replace(state.shared[Undertaking][key], budget=event.budget))
    _put_errands(state, key, event)


def _apply_ended(state: State, event: WorkEnded) -> None:
    for table in (Errand, Carried):
        for number in list(state.indexed[table].get(event.undertaking_key, ())):
            state.delete(state.shared[table][number])
    undertaking: Undertaking = state.shared[Undertaking][event.undertaking_key]
    if undertaking.timers:
        state.put(replace(undertaking, process_instance_key=0))
    else:
        state.delete(undertaking)


def _apply_kept(state: State, event: BudgetKept) -> None:
    state.put(replace(state.shared[Undertaking][event.undertaking_key], budget=event.budget))


def count_timers(state: State, undertaking_key: int, change: int) -> None:
    """So many timers more, or fewer, are part of an undertaking, which is over with the last of them. It is
    not while it has something else to do. For appliers; of 0, which is none, nothing.
    """
    if not undertaking_key:
        return
    undertaking = state.shared[Undertaking].get(undertaking_key, Undertaking(undertaking_key, b""))
    undertaking = replace(undertaking, timers=undertaking.timers + change)
    if undertaking.timers > 0 or state.indexed[Errand].get(undertaking_key):
        state.put(undertaking)
    elif undertaking_key in state.shared[Undertaking]:
        state.delete(undertaking)


def _put_errands(state: State, key: int, event: WorkPutOff | PageEnded) -> None:
    for to_do in event.errands:
        state.put(Errand(key, *to_do))
    for document_key, document in event.carried.items():
        state.put(Carried(key, document_key, document))


OF_PARTITION = {
    WorkPutOff: _apply_put_off,
    PageEnded: _apply_page,
    WorkEnded: _apply_ended,
    BudgetKept: _apply_kept,
}
COMMANDS = {GoOn: decide_go_on}
