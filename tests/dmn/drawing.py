"""Decision models drawn with a few words, for tests: texts in, DMN 1.3 out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from counterflow import dmn

NAMESPACE = "urn:test"
CAMUNDA = "http://camunda.org/schema/1.0/dmn"
"""The namespace that Camunda's modelers give every model."""
NOW_MS = 1_700_000_000_000


def model(
    *elements: str, namespace: str = NAMESPACE, version: str = "https://www.omg.org/spec/DMN/20191111/MODEL/"
) -> bytes:
    return f'<definitions xmlns="{version}" id="model" name="model" namespace="{namespace}">{"".join(elements)}</definitions>'.encode()


def read(*elements: str, namespace: str = NAMESPACE) -> dmn.Definitions:
    """A model without any finding."""
    result = dmn.read(model(*elements, namespace=namespace), "test.dmn")
    assert not result.findings, "\n".join(map(str, result.findings))
    assert result.definitions
    return result.definitions


def decide(
    definitions: dmn.Definitions, decision_id: str, context: Mapping[str, Any] | None = None
) -> dmn.DecisionResult:
    return definitions.evaluate(decision_id, context or {}, NOW_MS)


# Nodes: the id is the name


def _variable(name: str, type_ref: str) -> str:
    typed = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    return f"<variable name={quoteattr(name)}{typed}/>"


def input_data(name: str, type_ref: str = "") -> str:
    return f"<inputData id={quoteattr(name)} name={quoteattr(name)}>{_variable(name, type_ref)}</inputData>"


def decision(
    name: str, logic: str, needs: str = "", *, type_ref: str = "", called: str = "", variable: bool = True
) -> str:
    """`needs` are ids of inputs, decisions (with a leading `!`) and functions (with a trailing `()`),
    separated by commas.

    `called` is a name that is not the id; modelers leave the `variable` out.
    """
    return (
        f"<decision id={quoteattr(name)} name={quoteattr(called or name)}>{_variable(name, type_ref) if variable else ''}"
        f"{''.join(_requirement(each.strip()) for each in needs.split(',') if each.strip())}{logic}</decision>"
    )


def _requirement(need: str) -> str:
    if need.endswith("()"):
        return f"<knowledgeRequirement><requiredKnowledge href={_href(need[:-2])}/></knowledgeRequirement>"
    tag, name = ("requiredDecision", need[1:]) if need.startswith("!") else ("requiredInput", need)
    return f"<informationRequirement><{tag} href={_href(name)}/></informationRequirement>"


def _href(name: str) -> str:
    return quoteattr(name if "#" in name else f"#{name}")


def knowledge(
    name: str, parameters: str, logic: str, needs: str = "", type_ref: str = "", kind: str = "FEEL"
) -> str:
    """A business knowledge model; `parameters` are written `a: number, b`."""
    drawn = "".join(_parameter(each) for each in parameters.split(",") if each.strip())
    return (
        f"<businessKnowledgeModel id={quoteattr(name)} name={quoteattr(name)}>{_variable(name, type_ref)}"
        f'<encapsulatedLogic kind="{kind}">{drawn}{logic}</encapsulatedLogic>'
        f"{''.join(_requirement(each.strip()) for each in needs.split(',') if each.strip())}</businessKnowledgeModel>"
    )


def _parameter(text: str) -> str:
    name, _, type_ref = (part.strip() for part in text.partition(":"))
    typed = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    return f"<formalParameter name={quoteattr(name)}{typed}/>"


def service(name: str, outputs: str, decisions: str = "", data: str = "", type_ref: str = "") -> str:
    parts = {"outputDecision": outputs, "inputDecision": decisions, "inputData": data}
    drawn = "".join(
        f"<{tag} href={_href(each.strip())}/>"
        for tag, names in parts.items()
        for each in names.split(",")
        if each.strip()
    )
    return f"<decisionService id={quoteattr(name)} name={quoteattr(name)}>{_variable(name, type_ref)}{drawn}</decisionService>"


def item_definition(
    name: str, type_ref: str = "", *, components: str = "", collection: bool = False, allowed: str = ""
) -> str:
    """`components` are written `a: number, b: string*`; a star makes a list."""
    drawn = "".join(_component(each) for each in components.split(",") if each.strip())
    limits = f"<allowedValues><text>{escape(allowed)}</text></allowedValues>" if allowed else ""
    typed = f"<typeRef>{type_ref}</typeRef>" if type_ref else ""
    listed = ' isCollection="true"' if collection else ""
    return f"<itemDefinition name={quoteattr(name)}{listed}>{typed}{limits}{drawn}</itemDefinition>"


def _component(text: str) -> str:
    name, _, type_ref = (part.strip() for part in text.partition(":"))
    listed = ' isCollection="true"' if type_ref.endswith("*") else ""
    return f"<itemComponent name={quoteattr(name)}{listed}><typeRef>{type_ref.removesuffix('*')}</typeRef></itemComponent>"


# Logic


def literal(text: str, type_ref: str = "") -> str:
    typed = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    return f"<literalExpression{typed}><text>{escape(text)}</text></literalExpression>"


def context(**entries: str) -> str:
    """Boxes by entry name; the entry `result` has no name."""
    drawn = (
        f"<contextEntry>{'' if name == 'result' else _variable(name.replace('_', ' '), '')}{box}</contextEntry>"
        for name, box in entries.items()
    )
    return f"<context>{''.join(drawn)}</context>"


def table(text: str, **attributes: str) -> str:
    """A table as people draw it: hit policy, inputs and (behind the double bar) outputs, then a rule a line.

    `name: type {allowed values} = default` may follow the expression of a column, in that order.
    """
    header, *rules = [line.strip() for line in text.strip().splitlines() if line.strip()]
    policy, rest = header.split(" ", 1) if header[:1].isalpha() else ("UNIQUE", header)
    inputs, outputs = rest.split("||")
    columns = "".join(_input(each) for each in _cells(inputs)) + "".join(
        _output(each) for each in _cells(outputs)
    )
    written = "".join(_rule(rule, index) for index, rule in enumerate(rules, 1))
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<decisionTable hitPolicy="{policy.replace("_", " ")}"{more}>{columns}{written}</decisionTable>'


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in text.split("|") if cell.strip()]


def _column(text: str) -> tuple[str, str, str, str]:
    text, _, default = (part.strip() for part in text.partition(" = "))
    text, _, allowed = (part.strip() for part in text.partition("{"))
    name, _, type_ref = (part.strip() for part in text.partition(": "))
    return name, type_ref, allowed.removesuffix("}"), default


def _input(text: str) -> str:
    name, type_ref, allowed, _ = _column(text)
    values = f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else ""
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f"<input><inputExpression{typed}><text>{escape(name)}</text></inputExpression>{values}</input>"


def _output(text: str) -> str:
    name, type_ref, allowed, default = _column(text)
    values = f"<outputValues><text>{escape(allowed)}</text></outputValues>" if allowed else ""
    otherwise = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f"<output name={quoteattr(name)}{typed}>{values}{otherwise}</output>"


def _rule(text: str, index: int) -> str:
    inputs, outputs = text.split("||")
    tests = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in _cells(inputs))
    results = "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in _cells(outputs))
    return f'<rule id="rule {index}">{tests}{results}</rule>'
