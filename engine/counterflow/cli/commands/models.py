"""Commands about models: look one over, deploy it, list what is deployed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterflow.cli.exits import REJECTED, Failure
from counterflow.cli.options import AddressOption, JsonOption, LimitOption, read_file, remote
from counterflow.cli.output import count, give, give_json, give_table, moment, say, say_what_is_left_out
from counterflow.visible import visible, visible_line

if TYPE_CHECKING:
    from counterflow.cli.remote import Remote
    from counterflow.documents.findings import Finding

MISSING_DECISION = (
    "line {line}, element '{element}' [called-decision]: decision '{decision}' is not deployed. Deploy it "
    "before an instance gets there."
)

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="BPMN and DMN files.", show_default=False)]


def deploy(files: Files, address: AddressOption = "", as_json: JsonOption = False) -> None:
    """Deploy BPMN and DMN files, all of them or none.

    Forms (.form) are deployed beside them. What is unchanged keeps its version.
    """
    contents = {path: read_file(path) for path in files}
    server = remote(address)
    answer = server.call(
        "DeployResource",
        resources=[{"name": path.name, "content": content} for path, content in contents.items()],
    )
    _warn(contents)
    _warn_of_missing_decisions(contents, server)
    if as_json:
        from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

        give_json(to_data(answer))
        return
    _print_deployed(answer)


def _print_deployed(answer: Any) -> None:
    """A table for each kind of thing that was deployed."""
    deployed = [deployment.process for deployment in answer.deployments if deployment.HasField("process")]
    decided = [deployment.decision for deployment in answer.deployments if deployment.HasField("decision")]
    forms = [deployment.form for deployment in answer.deployments if deployment.HasField("form")]
    if deployed or not (decided or forms):
        give_table(
            ("PROCESS", "VERSION", "KEY", "FILE"),
            [
                (one.bpmnProcessId, one.version, one.processDefinitionKey, one.resourceName)
                for one in deployed
            ],
        )
    if decided:
        models = (deployment.decisionRequirements for deployment in answer.deployments)
        names = {model.decisionRequirementsKey: model.resourceName for model in models}
        give_table(
            ("DECISION", "VERSION", "KEY", "FILE"),
            [
                (one.dmnDecisionId, one.version, one.decisionKey, names[one.decisionRequirementsKey])
                for one in decided
            ],
        )
    if forms:
        give_table(
            ("FORM", "VERSION", "KEY", "FILE"),
            [(one.formId, one.version, one.formKey, one.resourceName) for one in forms],
        )
    if deployed:
        say(f"Start one with `counterflow start {deployed[0].bpmnProcessId}`.")


def lint(files: Files, as_json: JsonOption = False) -> None:
    """Say what a deployment would refuse or warn of.

    And what the model might do better, as hints: steps without undo, waits without an end, joins that never
    go on, loops that never wait. Needs no server; ends with exit code 4 if anything would be refused.
    """
    findings = _findings({path: read_file(path) for path in files}, is_asked=True)
    if as_json:
        give_json([_plain(path, finding) for path, finding in findings])
    else:
        for path, finding in findings:
            give(_line(path, finding))
    refused = sum(finding.severity == "error" for _, finding in findings)
    hinted = sum(finding.severity == "hint" for _, finding in findings)
    warned = len(findings) - refused - hinted
    summary = f"{count(len(files), 'file')}, {count(refused, 'error')}, {count(warned, 'warning')}"
    summary += f", {count(hinted, 'hint')}." if hinted else "."
    if refused:
        raise Failure(REJECTED, summary)
    say(summary)


def definitions(
    process: Annotated[
        str, typer.Option("--process", metavar="ID", help="Only the versions of this process.")
    ] = "",
    latest: Annotated[bool, typer.Option("--latest", help="Only the latest version of each.")] = False,
    limit: LimitOption = 100,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """List deployed versions, newest first."""
    listed = remote(address).pages(
        "ListDefinitions", "definitions", limit, bpmn_process_id=process, latest_only=latest
    )
    if as_json:
        from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

        give_json([to_data(one) for one in listed.items])
        return
    give_table(
        ("PROCESS", "VERSION", "TAG", "KEY", "DEPLOYED", "FILE"),
        [
            (
                one.bpmn_process_id,
                one.version,
                one.version_tag or "-",
                one.key,
                moment(one.deployed_at_ms),
                one.resource_name,
            )
            for one in listed.items
        ],
    )
    say_what_is_left_out(listed)


def _findings(contents: dict[Path, bytes], *, is_asked: bool) -> list[tuple[Path, Finding]]:
    """What there is to say of files, in their order.

    Decision models are read together, since one may import another. Who asks hears of the schema and of
    hints.
    """
    from counterflow.bpmn.read import read, read_with_hints  # noqa: PLC0415 - XML and FEEL cost what --help does not pay
    from counterflow.bpmn.xsd import schema_findings  # noqa: PLC0415 - as above
    from counterflow.dmn.read_together import read_together  # noqa: PLC0415 - as above
    from counterflow.service.forms import form_findings  # noqa: PLC0415 - as above
    from counterflow.service.resources import is_dmn, is_form  # noqa: PLC0415 - as above

    models = [path for path in contents if is_dmn(path.name)]
    by_file: dict[Path, list[Finding]] = {path: [] for path in contents}
    for number, result, _ in read_together([(path.name, contents[path]) for path in models]):
        by_file[models[number]] += result.findings
    for path, content in contents.items():
        if is_form(path.name):
            by_file[path] += form_findings(content, path.name)
        elif path not in models:
            by_file[path] += (read_with_hints if is_asked else read)(content, path.name).findings
            refused = {
                (finding.line, finding.element_id) for finding in by_file[path] if finding.severity == "error"
            }
            complaints = schema_findings(content, path.name) if is_asked else ()
            by_file[path] += (one for one in complaints if (one.line, one.element_id) not in refused)
    return [(path, finding) for path, findings in by_file.items() for finding in sorted(findings)]


def _warn(contents: dict[Path, bytes]) -> None:
    """The wire has no place for warnings, and the author should hear of them all the same.

    Limits are the server's, which has accepted.
    """
    for path, finding in _findings(contents, is_asked=False):
        if finding.severity != "error":
            say(_line(path, finding))


def _warn_of_missing_decisions(contents: dict[Path, bytes], server: Remote) -> None:
    """A decision may be deployed later; but whoever has forgotten it should hear of it now."""
    from counterflow.bpmn.read import read  # noqa: PLC0415 - XML and FEEL cost what --help does not pay
    from counterflow.model.graph import CalledDecision  # noqa: PLC0415 - as above
    from counterflow.service.resources import is_dmn, is_form  # noqa: PLC0415 - as above

    known: dict[str, bool] = {}
    for path, content in contents.items():
        is_model = not is_dmn(path.name) and not is_form(path.name)
        processes = read(content, path.name).processes if is_model else ()
        for node in (node for process in processes for node in process.nodes.values()):
            decision = node.work.decision_id if isinstance(node.work, CalledDecision) else None
            if not isinstance(decision, str):
                continue
            if decision not in known:
                known[decision] = bool(
                    server.call("ListDecisions", decision_id=decision, page_size=1).decisions
                )
            if not known[decision]:
                say(
                    f"{path}: warning: "
                    f"{MISSING_DECISION.format(line=node.line, element=node.id, decision=decision)}"
                )


def _line(path: Path, finding: Finding) -> str:
    return visible_line(f"{path}: {finding.severity}: {finding}")


def _plain(path: Path, finding: Finding) -> dict[str, Any]:
    return {
        "file": visible(str(path)),
        "line": finding.line,
        "elementId": finding.element_id,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "remedy": finding.remedy,
    }
