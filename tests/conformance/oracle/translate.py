"""A `zeebe:` diagram as the `camunda:` diagram that says the same, so that far more behaviours can be put to
Operaton.

Both engines are given the translation: what is compared is how they run it, not what `zeebe:` would have
meant. FEEL becomes JUEL where it is a name, a path, a literal, a comparison or arithmetic; what has no twin
raises `NoTwin`, and the behaviour is not asked. What only gathers results (output collections) is left out.
Artifacts move behind the flow elements, as the schema has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.extensions import NAMESPACE as COUNTERFLOW
from counterflow.bpmn.xml import BPMN
from tests.conformance.oracle.juel import NoTwin, template

CAMUNDA_DMN: Final = "http://camunda.org/schema/1.0/dmn"
ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"
ARTIFACTS: Final = frozenset({f"{{{BPMN}}}association", f"{{{BPMN}}}textAnnotation", f"{{{BPMN}}}group"})
LOOP_NAMES: Final = (
    ("numberOfCompletedInstances", "nrOfCompletedInstances"),
    ("numberOfActiveInstances", "nrOfActiveInstances"),
    ("numberOfInstances", "nrOfInstances"),
)
CONDITIONS: Final = ("conditionExpression", "completionCondition", "condition")
TIMES: Final = ("timeDate", "timeDuration", "timeCycle")


def translated(diagram: bytes) -> bytes:
    """The diagram in the `camunda:` dialect; one in it, or in none, only in the order of the schema.

    Raises `NoTwin`.
    """
    root = etree.fromstring(diagram)
    for extensions in list(root.iter(f"{{{BPMN}}}extensionElements")):
        owner = extensions.getparent()
        if owner is not None:
            _translate_all(owner, extensions)
    if ZEEBE in root.nsmap.values():
        _translate_texts(root)
    for scope in [*root.iter(f"{{{BPMN}}}process"), *root.iter(f"{{{BPMN}}}subProcess")]:
        for artifact in [child for child in scope if child.tag in ARTIFACTS]:
            scope.append(artifact)
    for process in root.iter(f"{{{BPMN}}}process"):
        process.set(f"{{{CAMUNDA}}}historyTimeToLive", "P1D")  # says which dialect it is
    _drop_drawing(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def translated_decisions(model: bytes) -> bytes:
    """A file of decisions, its labels of versions as Camunda 7 reads them."""
    root = etree.fromstring(model)
    for tag in list(root.iter(f"{{{ZEEBE}}}versionTag")):
        extensions = tag.getparent()
        decision = extensions.getparent() if extensions is not None else None
        if extensions is not None and decision is not None:
            decision.set(f"{{{CAMUNDA_DMN}}}versionTag", tag.get("value", ""))
            decision.remove(extensions)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _translate_all(owner: etree._Element, extensions: etree._Element) -> None:
    for extension in [child for child in extensions if etree.QName(child).namespace == ZEEBE]:
        name = etree.QName(extension).localname
        if name not in TRANSLATIONS:
            raise NoTwin(f"zeebe:{name}")
        extensions.remove(extension)
        TRANSLATIONS[name](owner, extensions, extension)
    if len(extensions) == 0:
        owner.remove(extensions)


def _translate_texts(root: etree._Element) -> None:
    for condition in root.iter(*(f"{{{BPMN}}}{name}" for name in CONDITIONS)):
        text = condition.text or ""
        if "numberOfTerminatedInstances" in text:
            raise NoTwin("numberOfTerminatedInstances")
        for feel, camunda in LOOP_NAMES:
            text = text.replace(feel, camunda)
        condition.text = template(text)
    for time in root.iter(*(f"{{{BPMN}}}{name}" for name in TIMES)):
        time.text = template((time.text or "").strip())
    for named in root.iter(f"{{{BPMN}}}message", f"{{{BPMN}}}signal"):
        named.set("name", template(named.get("name", "")))
    for thrown in root.iter(f"{{{BPMN}}}intermediateThrowEvent", f"{{{BPMN}}}endEvent"):
        _hand_over(thrown)
    for error in root.iter(f"{{{BPMN}}}error"):
        if error.get("errorCode", "").startswith("="):
            raise NoTwin("an error code by expression")


def _hand_over(thrown: etree._Element) -> None:
    """What input mappings make goes out with a thrown signal, where `camunda:in` names it."""
    definition = thrown.find(f"{{{BPMN}}}signalEventDefinition")
    inputs = thrown.iter(f"{{{CAMUNDA}}}inputParameter")
    names = [parameter.get("name", "") for parameter in inputs]
    if definition is not None and names:
        extensions = etree.SubElement(definition, f"{{{BPMN}}}extensionElements")
        for name in names:
            etree.SubElement(extensions, f"{{{CAMUNDA}}}in", source=name, target=name)


def _task_definition(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    place = owner.find(f"{{{BPMN}}}messageEventDefinition")
    place = owner if place is None else place
    place.set(f"{{{CAMUNDA}}}type", "external")
    place.set(f"{{{CAMUNDA}}}topic", template(extension.get("type", "")))


def _input_output(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    parameters = etree.SubElement(extensions, f"{{{CAMUNDA}}}inputOutput")
    for mapping in extension:
        target = mapping.get("target", "")
        if not re.fullmatch(r"\w+", target):
            raise NoTwin(f"the target {target}")
        kind = etree.QName(mapping).localname
        parameter = etree.SubElement(parameters, f"{{{CAMUNDA}}}{kind}Parameter", name=target)
        parameter.text = template(mapping.get("source", ""))


def _called_element(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    owner.set("calledElement", template(extension.get("processId", "")))
    for name, attribute in (("bindingType", "Binding"), ("versionTag", "VersionTag")):
        if extension.get(name):
            owner.set(f"{{{CAMUNDA}}}calledElement{attribute}", extension.get(name, ""))
    for kind, attribute in (("in", "propagateAllParentVariables"), ("out", "propagateAllChildVariables")):
        if extension.get(attribute, "true") == "true":
            etree.SubElement(extensions, f"{{{CAMUNDA}}}{kind}", variables="all")


def _loop(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    collection = template(extension.get("inputCollection", ""))
    owner.set(f"{{{CAMUNDA}}}collection", collection)
    if extension.get("inputElement"):
        owner.set(f"{{{CAMUNDA}}}elementVariable", extension.get("inputElement", ""))


def _subscription(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    owner.set(f"{{{COUNTERFLOW}}}correlationKey", template(extension.get("correlationKey", "")))


def _called_decision(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    owner.set(f"{{{CAMUNDA}}}decisionRef", template(extension.get("decisionId", "")))
    owner.set(f"{{{CAMUNDA}}}resultVariable", extension.get("resultVariable", ""))
    owner.set(f"{{{CAMUNDA}}}mapDecisionResult", "singleEntry")
    binding, tag = extension.get("bindingType"), extension.get("versionTag")
    if binding is not None:
        owner.set(f"{{{CAMUNDA}}}decisionRefBinding", binding)
    if tag is not None:
        owner.set(f"{{{CAMUNDA}}}decisionRefVersionTag", tag)


def _script(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    owner.set("scriptFormat", "juel")
    owner.set(f"{{{CAMUNDA}}}resultVariable", extension.get("resultVariable", ""))
    script = etree.SubElement(owner, f"{{{BPMN}}}script")
    script.text = template(extension.get("expression", ""))


def _assignment(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    for name in map(str, extension.attrib):
        owner.set(f"{{{CAMUNDA}}}{name}", template(extension.get(name, "")))


def _properties(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    properties = etree.SubElement(extensions, f"{{{CAMUNDA}}}properties")
    for found in extension:
        etree.SubElement(
            properties, f"{{{CAMUNDA}}}property", name=found.get("name", ""), value=found.get("value", "")
        )


def _version_tag(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    owner.set(f"{{{CAMUNDA}}}versionTag", extension.get("value", ""))


def _nothing(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    """Of no account for what is compared."""


def _conditional_filter(owner: etree._Element, extensions: etree._Element, extension: etree._Element) -> None:
    """Camunda 7 names one variable."""
    names, events = extension.get("variableNames", ""), extension.get("variableEvents", "")
    if "," in names:
        raise NoTwin("a condition for changes of several variables")
    for attribute, value in (("variableName", names), ("variableEvents", events)):
        if value:
            owner.set(f"{{{CAMUNDA}}}{attribute}", value)


TRANSLATIONS: Mapping[str, Callable[[etree._Element, etree._Element, etree._Element], None]] = {
    "taskDefinition": _task_definition,
    "ioMapping": _input_output,
    "calledElement": _called_element,
    "loopCharacteristics": _loop,
    "subscription": _subscription,
    "calledDecision": _called_decision,
    "script": _script,
    "conditionalFilter": _conditional_filter,
    "assignmentDefinition": _assignment,
    "properties": _properties,
    "versionTag": _version_tag,
    "taskHeaders": _nothing,
    "userTask": _nothing,
}


def _drop_drawing(root: etree._Element) -> None:
    for child in list(root):
        if not str(child.tag).startswith(f"{{{BPMN}}}"):
            root.remove(child)
