"""Commands about models: look one over, deploy it, list what is deployed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterflow.cli.exits import REJECTED, Failure
from counterflow.cli.options import AddressOption, JsonOption, LimitOption, read_file, remote
from counterflow.cli.output import give, give_json, give_table, moment, say

if TYPE_CHECKING:
    from counterflow.model.findings import Finding

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="BPMN files.", show_default=False)]


def deploy(files: Files, address: AddressOption = "", as_json: JsonOption = False) -> None:
    """Deploy BPMN files, all of them or none.

    What is unchanged keeps its version.
    """
    contents = {path: read_file(path) for path in files}
    server = remote(address)
    answer = server.call("DeployResource", resources=[{"name": path.name, "content": content} for path, content in contents.items()])
    _warn(contents)
    if as_json:
        from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

        give_json(to_data(answer))
        return
    deployed = [deployment.process for deployment in answer.deployments if deployment.HasField("process")]
    give_table(
        ("PROCESS", "VERSION", "KEY", "FILE"),
        [(one.bpmnProcessId, one.version, one.processDefinitionKey, one.resourceName) for one in deployed],
    )
    if deployed:
        say(f"Start one with `counterflow start {deployed[0].bpmnProcessId}`.")


def lint(files: Files, as_json: JsonOption = False) -> None:
    """Say what a deployment would refuse or warn of.

    Needs no server; ends with exit code 4 if anything would be refused.
    """
    found = [(path, finding) for path in files for finding in _findings(path, read_file(path), with_schema=True)]
    if as_json:
        give_json([_plain(path, finding) for path, finding in found])
    else:
        for path, finding in found:
            give(f"{path}: {finding.severity}: {finding}")
    refused = sum(finding.severity == "error" for _, finding in found)
    summary = f"{_count(len(files), 'file')}, {_count(refused, 'error')}, {_count(len(found) - refused, 'warning')}."
    if refused:
        raise Failure(REJECTED, summary)
    say(summary)


def definitions(
    process: Annotated[str, typer.Option("--process", metavar="ID", help="Only the versions of this process.")] = "",
    latest: Annotated[bool, typer.Option("--latest", help="Only the latest version of each.")] = False,
    limit: LimitOption = 100,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """List deployed versions, newest first."""
    found = remote(address).pages("ListDefinitions", "definitions", limit, bpmn_process_id=process, latest_only=latest)
    if as_json:
        from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

        give_json([to_data(one) for one in found])
        return
    give_table(
        ("PROCESS", "VERSION", "TAG", "KEY", "DEPLOYED", "FILE"),
        [
            (one.bpmn_process_id, one.version, one.version_tag or "-", one.key, moment(one.deployed_at_ms), one.resource_name)
            for one in found
        ],
    )


def _findings(path: Path, content: bytes, *, with_schema: bool) -> list[Finding]:
    from counterflow.model.read import read  # noqa: PLC0415 - XML and FEEL cost what --help does not pay
    from counterflow.model.xsd import schema_findings  # noqa: PLC0415 - as above

    found = list(read(content, path.name).findings)
    if with_schema:
        found += schema_findings(content, path.name)
    return sorted(found)


def _warn(contents: dict[Path, bytes]) -> None:
    """The wire has no place for warnings, and the author should hear of them all the same."""
    for path, content in contents.items():
        for finding in _findings(path, content, with_schema=False):
            say(f"{path}: {finding.severity}: {finding}")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _plain(path: Path, finding: Finding) -> dict[str, Any]:
    return {
        "file": str(path),
        "line": finding.line,
        "elementId": finding.element_id,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "remedy": finding.remedy,
    }
