"""What is to be true or false says one of them (XML Schema, part 2, 3.2.2).

An attribute that could not be read would be false in silence: an event that interrupts would not, instances
that are to be done one after another would be done all at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Outline
from counterflow.bpmn.spellings import undecided
from counterflow.bpmn.xml import children, nearest_id
from counterflow.documents.findings import Finding
from counterflow.documents.xml import line_of, local_name

RULE = "boolean-attribute"


def check(outline: Outline) -> Iterator[Finding]:
    """`isExecutable` of every process, and every boolean inside the executable ones."""
    executable = {id(process.xml) for process in outline.processes}
    for process in children(outline.root, "process"):
        for xml in process.iter() if id(process) in executable else (process,):
            for name, value in undecided(xml):
                where = nearest_id(xml) or outline.resource_name
                message = (
                    f"expected {name} of {local_name(xml)} '{where}' to be true or false, found '{value}'."
                )
                yield Finding(line_of(xml), where, RULE, message, f'Write {name}="true" or {name}="false".')
