"""The DMN Technology Compatibility Kit, a folder a test.

The kit is no part of this repository: without it, the tests are skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from counterflow.feel import iso
from counterflow.feel.run import Value
from tests.conformance.tck import KIT, Case, alike, folders, value_of

ABSENT = pytest.param(
    KIT,
    marks=pytest.mark.skip(
        reason="the DMN compatibility kit is not here: put its TestCases at ../shared/tck to run it"
    ),
)
FOLDERS: Sequence[object] = folders() or [ABSENT]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_check_of(folder: Path) -> None:
    checks = list(Case(folder).checks())
    assert checks
    assert not [f"{check.name}: {check.complaint}" for check in checks if check.complaint]


# What reads the kit must not be kind to us


@pytest.mark.parametrize(
    "xml, value",
    [
        ('<value xsi:type="xsd:decimal">1.50</value>', Decimal("1.50")),
        ('<value xsi:type="xsd:string"> 1 </value>', " 1 "),
        ('<value xsi:type="xsd:boolean">false</value>', False),
        ('<value xsi:type="xsd:date">2030-12-31</value>', iso.date("2030-12-31")),
        ('<value xsi:nil="true"/>', None),
        ("<list><item><value>a</value></item><item><value>b</value></item></list>", ["a", "b"]),
        ('<list xsi:nil="true"/>', None),
        ('<component name="a"><value>1</value></component>', {"a": "1"}),
        ('<component name="a" xsi:nil="true"/>', {"a": None}),
    ],
)
def test_values_are_read_by_their_types(xml: str, value: Value) -> None:
    namespaces = (
        'xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    )
    assert value_of(etree.fromstring(f"<expected {namespaces}>{xml}</expected>")) == value


@pytest.mark.parametrize(
    "expected, found, answer",
    [
        (1, Decimal("1.0"), True),
        (Decimal("0.333333333"), Decimal("0.3333333333333333"), True),
        (1, Decimal("1.001"), False),
        (1, True, False),
        (None, False, False),
        (None, [], False),
        ([1], 1, False),
        ([1, 2], [2, 1], False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ("a", "a", True),
        ("a", "b", False),
    ],
)
def test_results_are_compared_strictly(expected: Value, found: Value, answer: bool) -> None:
    assert alike(expected, found) is answer
