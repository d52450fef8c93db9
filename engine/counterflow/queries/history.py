"""What has happened, event by event.

The mapping from events to records knows no kind of event: a new one needs no line here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import msgspec

from counterflow.kernel import events_of
from counterflow.kernel.vocabulary import Event, LogEntry, Rejection, RejectionType
from counterflow.queries import log
from counterflow.queries.instances import refuse_unknown_instance
from counterflow.queries.shapes import HistoryRecord
from counterflow.store.port import Store

ELEMENT_FIELDS = ("element_id", "gateway_id", "catch_id", "flow_id")
"""Fields that name an element of the diagram, the most telling first."""

NAMING = ("element_id", "catch_id", "target_element_id")
"""Fields that say where what an event is about stands from then on."""

KEYS_OF_ELEMENTS = ("receiver_key", "element_instance_key")
"""Fields that say whose an event is, whatever it is about."""

REMEMBERED_INSTANCES = 1_000
LONGEST_HEX = 64


def records(
    store: Store, *, process_instance_key: int = 0, after_position: int = 0, limit: int = 0
) -> Iterator[HistoryRecord]:
    """The events of one instance (0: of all) behind a position, oldest first, at most `limit` (0: all). Of
    all includes deployments.

    Ends where the log ends. Raises `Rejection` for an unknown instance and for a negative position or limit,
    before the first record.
    """
    if after_position < 0 or limit < 0:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected a position and a limit of 0 or more, but found {after_position} and {limit}",
        )
    refuse_unknown_instance(store, process_instance_key)
    return _records(store, process_instance_key, after_position, limit)


def details_of(event: Event) -> str:
    """What an event says besides what it is about, as a JSON object.

    Bytes that hold JSON are that JSON; others are told by size.
    """
    fields = event.__struct_fields__
    return msgspec.json.encode(
        {name: _plain(getattr(event, name)) for name in fields if name not in {"key", "element_id"}}
    ).decode()


class ElementsByKey:
    """Which element a key belongs to (of an element instance, its job, its incident…), by the events."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[int, dict[int, str]] = OrderedDict()

    def element_of(self, entry: LogEntry, event: Event) -> str:
        """The id of the element that an event concerns; empty where it concerns none."""
        named = [getattr(event, field) for field in ELEMENT_FIELDS if hasattr(event, field)]
        if named:
            return str(named[0])
        elements = self._elements(entry)
        for field in KEYS_OF_ELEMENTS:
            if element_id := elements.get(getattr(event, field, 0)):
                return element_id
        return elements.get(subject_of(event) or entry.process_instance_key, "")

    def learn(self, entry: LogEntry, event: Event) -> None:
        """Remember what an event says about keys."""
        if entry.process_instance_key:
            _learn(self._elements(entry), event)

    def _elements(self, entry: LogEntry) -> dict[int, str]:
        instance_key = entry.process_instance_key
        if instance_key not in self._known:
            self._known[instance_key] = self._read(entry)
            if len(self._known) > REMEMBERED_INSTANCES:
                self._known.popitem(last=False)
        return self._known[instance_key]

    def _read(self, until: LogEntry) -> dict[int, str]:
        """What the instance's log said before this entry, for a history that begins in its midst."""
        elements: dict[int, str] = {}
        if not until.process_instance_key:
            return elements
        for entry in log.entries(self._store, until.process_instance_key):
            if entry.position >= until.position:
                break
            for event in events_of(entry):
                _learn(elements, event)
        return elements


def subject_of(event: Event) -> int:
    """The key that an event is about: its own `key`, else the first key it names, else 0."""
    fields = event.__struct_fields__
    name = (
        "key"
        if "key" in fields
        else next((name for name in fields if name.endswith("_key") and name != "correlation_key"), None)
    )
    return getattr(event, name) if name is not None else 0


def _records(
    store: Store, process_instance_key: int, after_position: int, limit: int
) -> Iterator[HistoryRecord]:
    elements = ElementsByKey(store)
    start = log.start_of_entry_behind(store, process_instance_key, after_position)
    sent = 0
    for entry in log.entries(store, process_instance_key, start):
        for position, event in enumerate(events_of(entry), start=entry.position):
            elements.learn(entry, event)
            if position > after_position:
                yield _record(entry, position, event, elements)
                sent += 1
                if sent == limit:
                    return


def _record(entry: LogEntry, position: int, event: Event, elements: ElementsByKey) -> HistoryRecord:
    return HistoryRecord(
        position=position,
        timestamp_ms=entry.timestamp_ms,
        command=entry.command,
        process_instance_key=entry.process_instance_key,
        event=type(event).__name__,
        element_id=elements.element_of(entry, event),
        key=subject_of(event) or entry.process_instance_key,
        details_json=details_of(event),
    )


def _learn(elements: dict[int, str], event: Event) -> None:
    key = getattr(event, "key", 0)
    named = next((getattr(event, field) for field in NAMING if getattr(event, field, None)), None)
    if key and named:
        elements[key] = named
    elif key and hasattr(event, "element_instance_key"):
        elements[key] = elements.get(event.element_instance_key, "")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return _plain_bytes(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value


def _plain_bytes(value: bytes) -> Any:
    """JSON as it stands, a checksum in hexadecimal; of anything else the size. So no number loses a digit."""
    try:
        value.decode()
        msgspec.json.decode(
            value, type=msgspec.Raw
        )  # numbers are not read, of which Python could not make each one
    except (msgspec.DecodeError, UnicodeDecodeError):
        return value.hex() if len(value) <= LONGEST_HEX else {"bytes": len(value)}
    return msgspec.Raw(value)
