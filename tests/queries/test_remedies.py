"""A remedy for every type of incident that the kernel raises."""

from __future__ import annotations

import re
from pathlib import Path

import counterflow.kernel
from counterflow.queries.remedies import OTHERWISE, REMEDIES, remedy_for

RAISED = re.compile(r'"([A-Z]+(?:_[A-Z]+)+)"')


def test_every_type_that_the_kernel_raises_has_a_remedy_of_its_own() -> None:
    kernel = Path(next(iter(counterflow.kernel.__path__)))
    sources = [path.read_text(encoding="utf-8") for path in kernel.rglob("*.py") if path.name != "records.py"]
    raised = {name for source in sources if "raise_incident(" in source for name in RAISED.findall(source)}
    assert {"JOB_NO_RETRIES", "UNHANDLED_ERROR_EVENT"} <= raised
    assert sorted(raised - set(REMEDIES)) == []


def test_every_remedy_is_a_sentence_with_a_way_on() -> None:
    for remedy in [*REMEDIES.values(), OTHERWISE]:
        assert remedy.endswith(".")
        assert "resolve the incident" in remedy.lower()


def test_an_unknown_type_has_a_remedy_all_the_same() -> None:
    assert remedy_for("SOMETHING_NEW") == OTHERWISE
