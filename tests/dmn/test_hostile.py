"""Models that are damaged by chance: reading tells, evaluating answers, nothing is raised."""

from __future__ import annotations

import random
import re
from typing import Final

import pytest
from lxml import etree

from counterflow import dmn
from tests.dmn.drawing import (
    CAMUNDA,
    NOW_MS,
    context,
    decision,
    input_data,
    item_definition,
    knowledge,
    literal,
    model,
    service,
    table,
)
from tests.feel.tables import raw

WHOLE: Final = model(
    item_definition("tPerson", components="name: string, age: number"),
    item_definition("tPeople", "tPerson", collection=True),
    item_definition("tGrade", "string", allowed='"A", "B"'),
    input_data("people", "tPeople"),
    input_data("grade", "tGrade"),
    knowledge("twice", "n: number", literal("n * 2")),
    knowledge(
        "rate",
        "g: tGrade",
        table('UNIQUE g: string {"A", "B"} || r: number = 0\n"A" || 1\n"B" || 2'),
        needs="twice()",
    ),
    decision("ages", literal("people.age"), needs="people", type_ref="Any"),
    decision(
        "total",
        context(sum=literal("sum(ages)"), result=literal("twice(sum) + rate(grade)")),
        needs="!ages, grade, twice(), rate()",
    ),
    decision(
        "level",
        table(
            'PRIORITY total | grade || level {"high", "low"} | n\n> 10 | "A", "B" || "low" | 1\n> 20 | - || "high" | 2'
        ),
        "!total, grade",
    ),
    decision(
        "loop",
        f'<for iteratorVariable="p"><in>{literal("people")}</in><return>{literal("p.name")}</return></for>',
        needs="people",
    ),
    service("scoring", "level", decisions="ages", data="grade"),
)
GIVEN: Final = raw(people='[{"name": "Ada", "age": 36}, {"name": "Bob", "age": 7}]', grade='"A"')
WORDS: Final = (
    "",
    "-",
    "people",
    "1 +",
    "[1..",
    "not(",
    "tPeople",
    "#total",
    "#",
    "FIRST",
    "true",
    "((((",
    "\u202e",
    "urn:test#level",
    "x" * 999,
)


UNDRAWN: Final = re.sub(rb'<variable name="[^"]*"/>', b"", WHOLE).replace(
    b'namespace="urn:test"', f'namespace="{CAMUNDA}"'.encode()
)
"""The same as a modeler of Camunda's would leave it: most nodes without a variable."""


def _damaged(whole: bytes, chance: random.Random) -> bytes:
    root = etree.fromstring(whole)
    for _ in range(chance.randrange(1, 6)):
        elements = list(root.iter())[1:]
        if elements:
            chance.choice([_removed, _doubled, _moved, _renamed, _reworded, _relabelled])(chance, elements)
    return etree.tostring(root)


def _removed(chance: random.Random, elements: list[etree._Element]) -> None:
    element = chance.choice(elements)
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _doubled(chance: random.Random, elements: list[etree._Element]) -> None:
    element = chance.choice(elements)
    element.addnext(etree.fromstring(etree.tostring(element)))


def _moved(chance: random.Random, elements: list[etree._Element]) -> None:
    element, target = chance.choice(elements), chance.choice(elements)
    if element not in [target, *target.iterancestors()]:
        target.append(element)


def _renamed(chance: random.Random, elements: list[etree._Element]) -> None:
    chance.choice(elements).tag = chance.choice(elements).tag


def _reworded(chance: random.Random, elements: list[etree._Element]) -> None:
    chance.choice(elements).text = chance.choice(WORDS)


def _relabelled(chance: random.Random, elements: list[etree._Element]) -> None:
    element = chance.choice(elements)
    for name in element.attrib:
        element.set(name, chance.choice([*WORDS, *element.attrib.values()]))


def test_the_whole_model_works() -> None:
    result = dmn.read(WHOLE, "whole.dmn")
    assert not result.findings
    assert result.definitions
    answers = {
        each.id: result.definitions.evaluate(each.id, GIVEN, NOW_MS) for each in result.definitions.decisions
    }
    assert {name: answer.failure for name, answer in answers.items()} == dict.fromkeys(answers)
    assert answers["level"].output == {"level": "high", "n": 2}
    assert answers["loop"].output == ["Ada", "Bob"]
    assert result.definitions.evaluate_service("scoring", {**GIVEN, "ages": [3]}, NOW_MS).output is None


@pytest.mark.parametrize("chunk", range(20))
@pytest.mark.parametrize("whole", [WHOLE, UNDRAWN], ids=["drawn", "undrawn"])
def test_damaged_models(whole: bytes, chunk: int) -> None:
    for seed in range(chunk * 25, chunk * 25 + 25):
        result = dmn.read(_damaged(whole, random.Random(seed)), "damaged.dmn")
        if result.definitions is None:
            assert result.errors, seed
            continue
        for each in result.definitions.decisions:
            result.definitions.evaluate(each.id, GIVEN, NOW_MS)
        for each in result.definitions.services:
            result.definitions.evaluate_service(each.id, {}, NOW_MS)


@pytest.mark.parametrize("seed", range(50))
def test_damaged_bytes(seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(WHOLE)
    for _ in range(chance.randrange(1, 4)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    result = dmn.read(bytes(content), "damaged.dmn")
    assert result.definitions or result.errors
