"""Runs the DMN Technology Compatibility Kit where it is present: `python -m tests.conformance.tck [folder]`.

A case is a folder with models and tests; a check is one expected result of one decision. Nothing here knows
any case: inputs are made FEEL values by their XML Schema types, results are compared by FEEL's equality, with
numbers equal to 8 significant digits as the kit prints them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Final

from lxml import etree

from counterflow import dmn
from counterflow.feel import iso, numbers
from counterflow.feel.run import Limits, Run, Value
from counterflow.feel.values import same

KIT: Final = Path(__file__).parents[3] / "shared" / "tck"
NOW_MS: Final = 1_700_000_000_000
_TESTS: Final = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_SCHEMA: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_PRECISION: Final = Decimal("1e-8")


def folders() -> list[Path]:
    """The cases of the kit, all levels; none where there is no kit."""
    return sorted(path.parent for path in KIT.glob("*/*/*-test-*.xml"))


@dataclass(frozen=True)
class Check:
    """One expected result; `complaint` is empty if it is what came out."""

    name: str
    complaint: str


# Values


def value_of(element: etree._Element) -> Value:
    """The value that an input or an expected result spells."""
    listed = element.find(f"{_TESTS}list")
    if listed is not None:
        nil = listed.get(f"{_SCHEMA}nil") == "true"
        return None if nil else [value_of(item) for item in listed.findall(f"{_TESTS}item")]
    components = element.findall(f"{_TESTS}component")
    if components:
        return {str(each.get("name")): _component(each) for each in components}
    value = element.find(f"{_TESTS}value")
    return None if value is None else _scalar(value)


def _component(element: etree._Element) -> Value:
    return None if element.get(f"{_SCHEMA}nil") == "true" else value_of(element)


def _scalar(element: etree._Element) -> Value:
    if element.get(f"{_SCHEMA}nil") == "true":
        return None
    text, kind = element.text or "", str(element.get(f"{_SCHEMA}type", "")).rpartition(":")[2]
    if kind == "boolean":
        return text.strip() in {"true", "1"}
    if kind in {"decimal", "double", "float", "integer", "int", "long"}:
        return numbers.read(text.strip())
    if kind in {"date", "time", "dateTime", "duration", "dayTimeDuration", "yearMonthDuration"}:
        return iso.read(text.strip())
    return text


def alike(expected: Value, found: Value) -> bool:
    """Whether a result is the expected one."""
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(alike, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(alike(expected[key], found[key]) for key in expected)
    if _is_number(expected) and _is_number(found):
        return _close(Decimal(str(expected)), Decimal(str(found)))
    return same(Run({}, NOW_MS, Limits(), 200_000), expected, found)


def _is_number(value: Value) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _close(expected: Decimal, found: Decimal) -> bool:
    return abs(expected - found) <= _PRECISION * max(abs(expected), Decimal(1))


# Cases


@dataclass(frozen=True)
class Case:
    """A folder of the kit."""

    folder: Path

    @cached_property
    def models(self) -> dict[str, dmn.ReadDefinitions]:
        """The models by file name.

        Those that others import are read first: in as many rounds as imports are deep.
        """
        contents = {path.name: path.read_bytes() for path in sorted(self.folder.glob("*.dmn"))}
        found: dict[str, dmn.ReadDefinitions] = {}
        for _ in contents:
            known = [result.definitions for result in found.values() if result.definitions]
            found = {name: dmn.read(content, name, known) for name, content in contents.items()}
        return found

    def checks(self) -> Iterator[Check]:
        for path in sorted(self.folder.glob("*-test-*.xml")):
            root = etree.parse(path).getroot()
            name = str(root.findtext(f"{_TESTS}modelName"))
            result = self.models.get(name) or self.models.get(f"{name}.dmn")
            for test in root.findall(f"{_TESTS}testCase"):
                yield from self._test(None if result is None else result.definitions, test)

    def _test(self, definitions: dmn.Definitions | None, test: etree._Element) -> Iterator[Check]:
        context = _context(definitions, test)
        for node in test.findall(f"{_TESTS}resultNode"):
            name = f"{test.get('id')}: {node.get('name')}"
            if definitions is None:
                yield Check(name, "the model could not be read")
                continue
            expected = node.find(f"{_TESTS}expected")
            wanted = None if expected is None else value_of(expected)
            found, said = _answer(definitions, test, str(node.get("name")), context)
            yield Check(name, "" if alike(wanted, found) else f"expected {wanted!r}, found {found!r}; {said}")


def _context(definitions: dmn.Definitions | None, test: etree._Element) -> dict[str, Value]:
    """The inputs by name; those that name a namespace belong to the model that is imported from it."""
    context: dict[str, Value] = {}
    for node in test.findall(f"{_TESTS}inputNode"):
        name, namespace = str(node.get("name")), node.get("namespace")
        of = _import_name(definitions, namespace) if definitions and namespace else ""
        inner = context.setdefault(of, {}) if of else context
        if isinstance(inner, dict):
            inner[name] = value_of(node)
    return context


def _import_name(definitions: dmn.Definitions, namespace: str) -> str:
    return next((name for name, each in definitions.imported.items() if each.namespace == namespace), "")


def _answer(
    definitions: dmn.Definitions, test: etree._Element, name: str, context: dict[str, Value]
) -> tuple[Value, str]:
    if test.get("type") == "decisionService":
        service = _id(definitions.services, str(test.get("invocableName")))
        result = definitions.evaluate_service(service, context, NOW_MS)
        several = (
            isinstance(result.output, dict) and len(definitions.graph.services) > 0 and name in result.output
        )
        found = result.output[name] if several and isinstance(result.output, dict) else result.output
    else:
        result = definitions.evaluate(_id(definitions.decisions, name), context, NOW_MS)
        found = result.output
    return found, "; ".join(map(str, (*result.warnings, *([result.failure] if result.failure else []))))


def _id(known: tuple[dmn.DecisionSummary, ...], name: str) -> str:
    return next((each.id for each in known if each.name == name), name)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(only: str = "") -> int:
    """Print passed and failed per folder, and what failed; the number of failures."""
    passed = failed = 0
    for folder in folders():
        if only not in str(folder):
            continue
        complaints = list(Case(folder).checks())
        wrong = [check for check in complaints if check.complaint]
        passed, failed = passed + len(complaints) - len(wrong), failed + len(wrong)
        say(f"{len(complaints) - len(wrong):5} passed {len(wrong):4} failed  {folder.relative_to(KIT)}")
        for check in wrong:
            say(f"        {check.name}: {check.complaint[:400]}")
    say(f"{passed:5} passed {failed:4} failed  in all")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:2]) else 0)
