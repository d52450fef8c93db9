"""Every store sits the exam, and then a longer one that is made up as it goes along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterflow.kernel.row import Row
from counterflow.kernel.rows import ArrivedToken, ElementInstance, Job, ProcessInstance, Variable, key_of
from counterflow.kernel.vocabulary import LogEntry
from counterflow.store.open import open_store
from counterflow.store.port import Batch, Key, Store, StoreError
from tests.conformance import store_walks  # noqa: F401 - its part is entered when it is imported
from tests.conformance.store_exam import BEHAVIOURS, LASTING_BEHAVIOURS, Behaviour, LastingBehaviour
from tests.conformance.store_samples import entry, sample

URLS = {"memory": "memory:", "sqlite": "sqlite:///{folder}/exam.db"}
LASTING = ["sqlite"]


@pytest.fixture(params=URLS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    opened = open_store(URLS[request.param].format(folder=tmp_path))
    yield opened
    opened.close()


@pytest.mark.parametrize("examine", BEHAVIOURS, ids=lambda examine: examine.__name__)
def test_every_store(store: Store, examine: Behaviour) -> None:
    examine(store)


@pytest.mark.parametrize("kind", LASTING)
@pytest.mark.parametrize("examine", LASTING_BEHAVIOURS, ids=lambda examine: examine.__name__)
def test_every_store_that_lasts(kind: str, tmp_path: Path, examine: LastingBehaviour) -> None:
    examine(URLS[kind].format(folder=tmp_path))


CHANGED = (ProcessInstance, ElementInstance, Job, Variable, ArrivedToken)

# Random batches against a model: dictionaries, and the definition of a scan.

NAMES = st.sampled_from(["a", "b", "ä", ""])
KEYS = st.integers(1, 6)
INSTANCES = st.integers(1, 3)
STATES = st.sampled_from(["active", "activatable", "activated", "completed"])

ROWS: st.SearchStrategy[Row] = st.one_of(
    st.builds(lambda key, state: sample(ProcessInstance, key, state=state), INSTANCES, STATES),
    st.builds(
        lambda key, instance, flag: sample(
            ElementInstance, key, process_instance_key=instance, interrupted=flag
        ),
        KEYS,
        INSTANCES,
        st.booleans(),
    ),
    st.builds(
        lambda key, instance, state: sample(Job, key, process_instance_key=instance, state=state),
        KEYS,
        INSTANCES,
        STATES,
    ),
    st.builds(
        lambda scope, name, instance: sample(
            Variable, scope_key=scope, name=name, process_instance_key=instance
        ),
        KEYS,
        NAMES,
        INSTANCES,
    ),
    st.builds(
        lambda scope, flow, instance: sample(
            ArrivedToken, scope_key=scope, flow_id=flow, process_instance_key=instance
        ),
        KEYS,
        NAMES,
        INSTANCES,
    ),
)


BATCHES = st.lists(
    st.tuples(st.lists(st.tuples(ROWS, st.booleans()), max_size=8), st.booleans()), min_size=1, max_size=8
)
"""Batches: rows to put or delete, and whether the batch is spoiled, so that the store must refuse it."""


class Model:
    """What the port means, in the fewest words."""

    def __init__(self) -> None:
        self.rows: dict[tuple[type[Row], Key], Row] = {}
        self.log: list[LogEntry] = []

    def commit(self, changes: dict[tuple[type[Row], Key], Row | None], log: list[LogEntry]) -> None:
        """Put the rows, delete where there is None."""
        self.rows = {place: row for place, row in (self.rows | changes).items() if row is not None}
        self.log += log

    def scan(self, table: type[Row], **where: object) -> list[Row]:
        """Rows of a table in order of key."""
        found = sorted((key, row) for (of, key), row in self.rows.items() if of is table)
        return [row for _, row in found if all(getattr(row, name) == value for name, value in where.items())]


@settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=BATCHES)
def test_random_batches_against_the_model(
    store: Store, batches: list[tuple[list[tuple[Row, bool]], bool]]
) -> None:
    first = empty(store)
    model = Model()
    for number, (chosen, spoiled) in enumerate(batches, first):
        changes = {(type(row), key_of(row)): row if put else None for row, put in chosen}
        log = [entry(number, number % 3)]
        if spoiled:
            with pytest.raises(StoreError):
                store.commit(as_batch(changes, [*log, *log]))
        else:
            store.commit(as_batch(changes, log))
            model.commit(changes, log)
        check_same(store, model, after=first - 1)


def empty(store: Store) -> int:
    """Take every row away; the next position that is free."""
    deletes: dict[type[Row], list[Key]] = {
        table: [key_of(row) for row in store.scan(table, {})] for table in CHANGED
    }
    store.commit(Batch({}, deletes, []))
    log = store.read_log()
    return log[-1].position + 1 if log else 1


def as_batch(changes: dict[tuple[type[Row], Key], Row | None], log: list[LogEntry]) -> Batch:
    """The same changes, by table."""
    batch = Batch({}, {}, log)
    for (table, key), row in changes.items():
        if row is None:
            batch.deletes.setdefault(table, []).append(key)
        else:
            batch.puts.setdefault(table, []).append(row)
    return batch


def check_same(store: Store, model: Model, after: int) -> None:
    """Every question that the port allows has the same answer."""
    for table in CHANGED:
        assert list(store.scan(table, {})) == model.scan(table)
    for key in range(1, 7):
        assert store.get(Job, (key,)) == model.rows.get((Job, (key,)))
    for state in ("active", "activatable", "activated"):
        assert list(store.scan(Job, {"state": state, "process_instance_key": 1})) == model.scan(
            Job, state=state, process_instance_key=1
        )
        assert list(store.scan(ProcessInstance, {"state": state})) == model.scan(ProcessInstance, state=state)
    loaded = store.load_instance(2)
    assert all(loaded[table] == model.scan(table, **{table.instance_field: 2}) for table in CHANGED)
    assert list(store.read_log(after=after)) == model.log
    assert list(store.read_log(after=after, process_instance_key=1)) == [
        found for found in model.log if found.process_instance_key == 1
    ]
