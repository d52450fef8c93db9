"""Files as they are handed in to be deployed: told apart by their names, read, and judged.

.bpmn, .xml         processes
.dmn, .dmn11.xml    decisions; models that import each other are read together
.form               forms of user tasks
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from counterflow.documents.limits import DECISION_LIMITS, DEFAULT_LIMITS, DocumentLimits
from counterflow.kernel.resources import ReadDecisions, ReadForm, ReadResource
from counterflow.service.forms import read_form

if TYPE_CHECKING:
    from counterflow.documents.findings import Finding

BPMN_SUFFIXES = (".bpmn", ".xml")
DMN_SUFFIXES = (".dmn", ".dmn11.xml")
FORM_SUFFIX = ".form"
ERROR: Final = "error"
NAME_LENGTH = 1_000
"""Characters of the name of a file: it is kept with each definition, and told with each finding."""


class File(NamedTuple):
    """A resource as it was handed in."""

    name: str
    content: bytes


class Judged(NamedTuple):
    """What was read, models before those that import them, and findings for the authors by file name."""

    resources: tuple[ReadResource, ...]
    errors: Sequence[tuple[str, Finding]]
    warnings: Sequence[tuple[str, Finding]]


def unreadable(files: Sequence[File]) -> list[str]:
    """What is wrong with the names of files; empty where each says what is in it."""
    problems = []
    for name, _ in files:
        suffix = name[name.rfind(".") :].lower() if "." in name[-NAME_LENGTH:] else ""
        if len(name) > NAME_LENGTH:
            problems.append(
                f"'{name[:40]}…': expected a name of at most {NAME_LENGTH} characters, found {len(name)}; "
                "shorten it"
            )
        elif suffix not in (*BPMN_SUFFIXES, *DMN_SUFFIXES, FORM_SUFFIX):
            suffixes = f"{', '.join(BPMN_SUFFIXES)}, {DMN_SUFFIXES[0]} or {FORM_SUFFIX}"
            problems.append(
                f"'{name}': expected a name that ends in {suffixes}, found {suffix or 'no suffix'}"
            )
    return problems


def is_dmn(name: str) -> bool:
    """Whether a file holds decisions, by its name."""
    return name.lower().endswith(DMN_SUFFIXES)


def is_form(name: str) -> bool:
    """Whether a file holds a form, by its name."""
    return name.lower().endswith(FORM_SUFFIX)


class FileLimits(NamedTuple):
    """How large a file may be, by its kind."""

    processes: DocumentLimits = DEFAULT_LIMITS
    decisions: DocumentLimits = DECISION_LIMITS


DEFAULT_FILE_LIMITS: Final = FileLimits()


def read_files(files: Sequence[File], limits: FileLimits = DEFAULT_FILE_LIMITS) -> Judged:
    """Read files whose names are known to be good; there are no resources where there are errors."""
    models = [file for file in files if is_dmn(file.name)]
    forms = [file for file in files if is_form(file.name)]
    processes = [file for file in files if not is_dmn(file.name) and not is_form(file.name)]
    judged = [
        *_models(models, limits.decisions),
        *_forms(forms, limits.processes),
        *_processes(processes, limits.processes),
    ]
    findings = [
        (resource.name, finding) for resource, judged_findings in judged for finding in judged_findings
    ]
    errors = [(name, finding) for name, finding in findings if finding.severity == ERROR]
    warnings = [(name, finding) for name, finding in findings if finding.severity != ERROR]
    return Judged(() if errors else tuple(resource for resource, _ in judged), errors, warnings)


def _processes(
    files: Iterable[File], limits: DocumentLimits
) -> Iterator[tuple[ReadResource, Sequence[Finding]]]:
    from counterflow.bpmn.read import read  # noqa: PLC0415 - XML is no part of a start that deploys nothing

    for file in files:
        result = read(file.content, file.name, limits)
        yield ReadResource(file.name, file.content, _checksum(file), result.processes), result.findings


def _forms(files: Iterable[File], limits: DocumentLimits) -> Iterator[tuple[ReadResource, Sequence[Finding]]]:
    for file in files:
        form = read_form(file.content, file.name, limits)
        read = form if isinstance(form, ReadForm) else None
        resource = ReadResource(file.name, file.content, _checksum(file), form=read)
        yield resource, () if isinstance(form, ReadForm) else (form,)


def _models(
    files: Sequence[File], limits: DocumentLimits
) -> Iterator[tuple[ReadResource, Sequence[Finding]]]:
    if not files:
        return
    from counterflow.dmn.read_together import read_together  # noqa: PLC0415 - decisions are no part of a start that deploys none

    ids: dict[int, str] = {}
    for number, result, imports in read_together(files, limits):
        file, definitions = files[number], result.definitions
        model = definitions.model if definitions is not None else None
        ids[number] = (model.id or model.namespace or model.name if model is not None else "") or file.name
        imported = tuple(ids[name] for name in imports)
        decisions = (
            ReadDecisions(ids[number], model.name, definitions, imported) if model is not None else None
        )
        yield ReadResource(file.name, file.content, _checksum(file), decisions=decisions), result.findings


def _checksum(file: File) -> bytes:
    return hashlib.sha256(file.content).digest()
