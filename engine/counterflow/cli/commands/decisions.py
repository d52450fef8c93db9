"""Commands about decisions: list them, evaluate one, try out a DMN file or a FEEL expression."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterflow.cli.exits import FAILED, NOT_FOUND, REJECTED, USAGE, Failure
from counterflow.cli.help import CommandGroup, TerminalCommand
from counterflow.cli.options import (
    AddressOption,
    JsonOption,
    LimitOption,
    VariablesOption,
    in_utf_8,
    read_file,
    read_object,
    remote,
)
from counterflow.cli.output import (
    give,
    give_json,
    give_json_text,
    give_table,
    json_data,
    json_text,
    moment,
    say,
    say_what_is_left_out,
    shortened,
)

if TYPE_CHECKING:
    from counterflow.dmn import DecisionResult, Definitions
    from counterflow.feel import Value

WIDEST_CELL = 60

dmn = typer.Typer(
    name="dmn", cls=CommandGroup, help="Try out decision models (DMN) without a server.", no_args_is_help=True
)


def decisions(
    decision: Annotated[
        str, typer.Option("--decision", metavar="ID", help="Only the versions of this decision.")
    ] = "",
    latest: Annotated[bool, typer.Option("--latest", help="Only the latest version of each.")] = False,
    limit: LimitOption = 100,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """List deployed decisions, newest first."""
    listed = remote(address).pages(
        "ListDecisions", "decisions", limit, decision_id=decision, latest_only=latest
    )
    if as_json:
        give_json([_data(one) for one in listed.items])
        return
    give_table(
        ("DECISION", "VERSION", "TAG", "KEY", "MODEL", "DEPLOYED", "FILE"),
        [
            (
                *(
                    one.decision_id,
                    one.version,
                    one.version_tag or "-",
                    one.key,
                    one.decision_requirements_id,
                ),
                *(moment(one.deployed_at_ms), one.resource_name),
            )
            for one in listed.items
        ],
    )
    say_what_is_left_out(listed)


def evaluate(
    decision: Annotated[
        str,
        typer.Argument(metavar="DECISION", help="The id of a deployed decision, or the key of a version."),
    ],
    variables: VariablesOption = "{}",
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Evaluate a deployed decision.

    Prints the output, and the rules that matched on the way.
    """
    which = {"decisionKey": int(decision)} if decision.isdecimal() else {"decisionId": decision}
    document = read_object(variables, "--variables")
    try:
        answer = remote(address).call("EvaluateDecision", variables=document, **which)
    except Failure as failure:
        if "no decision found for" in str(
            failure
        ):  # the status is INVALID_ARGUMENT, by which stock clients know it
            raise Failure(NOT_FOUND, str(failure), failure.status) from None
        raise
    if as_json:
        give_json(_data(answer))
    elif not answer.failureMessage:
        give_json_text(answer.decisionOutput)
        give("")
        _give_steps([_step_on_wire(step) for step in answer.evaluatedDecisions])
    if answer.failureMessage:
        raise Failure(FAILED, f"Decision '{answer.failedDecisionId}' gave no output: {answer.failureMessage}")


@dmn.command("eval", cls=TerminalCommand)
def evaluate_file(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="A DMN file, and behind it those that it imports.", show_default=False
        ),
    ],
    decision: Annotated[
        str,
        typer.Option("--decision", metavar="ID", help="Which decision; may be left out where there is one."),
    ] = "",
    variables: VariablesOption = "{}",
    as_json: JsonOption = False,
) -> None:
    """Evaluate a decision of a DMN file.

    Prints the output, and the rules that matched on the way. Needs no server.
    """
    document = read_object(variables, "--variables")
    definitions = _read_models(files)
    result = definitions.evaluate(
        _chosen(definitions, decision, files[0]), _context(document), time.time_ns() // 1_000_000
    )
    steps = _steps(result)
    for warning in result.warnings:
        say(f"warning: {warning.message}")
    if as_json:
        failure = result.failure
        give_json(
            {
                "decisionId": result.decision_id,
                "decisionName": result.decision_name,
                "output": None if failure is not None else _plain(result.output),
                "evaluated": steps,
                "failedDecisionId": failure.decision_id if failure is not None else "",
                "failureMessage": failure.message if failure is not None else "",
                "warnings": [warning.message for warning in result.warnings],
            }
        )
    elif result.failure is None:
        give_json_text(json_text(_plain(result.output)))
        give("")
        _give_steps(steps)
    if result.failure is not None:
        raise Failure(
            FAILED, f"Decision '{result.failure.decision_id}' gave no output: {result.failure.message}"
        )


def feel(
    expression: Annotated[
        str, typer.Argument(metavar="EXPRESSION", help="FEEL, with or without '=' in front.")
    ],
    variables: VariablesOption = "{}",
    unary: Annotated[
        bool,
        typer.Option("--unary", help="EXPRESSION is the cell of a decision table, such as '> 5, [1..3]'."),
    ] = False,
    value: Annotated[
        str,
        typer.Option("--input", metavar="JSON", help="With --unary: the value that the cell is asked about."),
    ] = "null",
    as_json: JsonOption = False,
) -> None:
    """Evaluate a FEEL expression.

    Prints its value as FEEL writes it. Needs no server.
    """
    from counterflow import feel as language  # noqa: PLC0415 - the compiler costs what --help does not pay

    if value != "null" and not unary:
        raise Failure(
            USAGE,
            "--input: expected with --unary only, since an expression has no input; its variables are "
            "--variables",
        )
    text = in_utf_8(expression, "EXPRESSION")
    text = text if unary else text.removeprefix("=")
    context = _context(read_object(variables, "--variables"))
    now_ms = time.time_ns() // 1_000_000
    try:
        if unary:
            evaluation = language.compile_unary_tests(text).test(_value(value), context, now_ms)
        else:
            evaluation = language.compile(text).evaluate(context, now_ms)
    except language.FeelSyntaxError as error:
        raise Failure(USAGE, str(error)) from None
    for warning in evaluation.warnings:
        say(f"warning: {warning.message}")
    if evaluation.failure is not None:
        raise Failure(FAILED, f"The expression was stopped: {evaluation.failure}")
    if as_json:
        give_json_text(json_text(_plain(evaluation.value)))
    else:
        give(_literal(evaluation.value))


# -- reading -------------------------------------------------------------------------------------------------


def _read_models(files: Sequence[Path]) -> Definitions:
    """The model of the first file. Raises `Failure` with every error of every file."""
    from counterflow.dmn.read_together import read_together  # noqa: PLC0415 - XML and FEEL cost what --help does not pay

    read = {
        one.position: one.result
        for one in read_together([(path.name, _read(path, is_first=path == files[0])) for path in files])
    }
    for number, path in enumerate(files):
        for finding in read[number].warnings:
            say(f"{path}: {finding.severity}: {finding}")
    errors = [f"{path}: {finding}" for number, path in enumerate(files) for finding in read[number].errors]
    definitions = read[0].definitions
    if errors or definitions is None:
        raise Failure(REJECTED, "\n".join(errors))
    return definitions


def _read(path: Path, *, is_first: bool) -> bytes:
    """The content of a file; of what is no file and stands behind one, it says how a decision is named."""
    if not is_first and not path.exists():
        raise Failure(
            NOT_FOUND,
            f"{path}: expected a file, found nothing; the id of a decision is given as --decision {path}",
        )
    return read_file(path)


def _chosen(definitions: Definitions, decision: str, path: Path) -> str:
    ids = [summary.id for summary in definitions.decisions]
    there = ", ".join(ids) or "none"
    if not decision and len(ids) != 1:
        raise Failure(
            USAGE, f"--decision: expected the id of a decision, since {path} has several or none ({there})"
        )
    if decision and decision not in ids:
        raise Failure(
            NOT_FOUND, f"--decision: expected the id of a decision of {path} ({there}), found '{decision}'"
        )
    return decision or ids[0]


def _context(document: str) -> Mapping[str, Any]:
    import msgspec  # noqa: PLC0415 - costs what --help does not pay

    return msgspec.json.decode(document, type=dict[str, msgspec.Raw])


def _value(text: str) -> Value:
    """A JSON value as FEEL has it, with numbers that lose no digit."""
    from counterflow import feel as language  # noqa: PLC0415 - the compiler costs what --help does not pay

    try:
        json_data(in_utf_8(text, "--input"))
    except ValueError as error:
        raise Failure(
            USAGE, f"--input: expected JSON such as 5 or \"a\", but '{shortened(text)}' is none: {error}"
        ) from error
    return language.compile("value").evaluate(_context(f'{{"value": {text}}}')).value


# -- printing ------------------------------------------------------------------------------------------------


def _steps(result: DecisionResult) -> list[dict[str, Any]]:
    return [
        {
            "id": decision.id,
            "name": decision.name,
            "type": decision.kind.upper().replace(" ", "_"),
            "output": _plain(decision.output),
            "inputs": [
                {"id": one.id, "name": one.label, "value": _plain(one.value)} for one in decision.inputs
            ],
            "rules": [
                {
                    "id": rule.id,
                    "index": rule.index,
                    "outputs": [
                        {"id": one.id, "name": one.name, "value": _plain(one.value)} for one in rule.outputs
                    ],
                }
                for rule in decision.matched
            ],
        }
        for decision in result.evaluated
    ]


def _step_on_wire(step: Any) -> dict[str, Any]:
    return {
        "id": step.decisionId,
        "output": json_data(step.decisionOutput),
        "inputs": [
            {"name": one.inputName, "value": json_data(one.inputValue)} for one in step.evaluatedInputs
        ],
        "rules": [{"index": rule.ruleIndex} for rule in step.matchedRules],
    }


def _give_steps(steps: Sequence[Mapping[str, Any]]) -> None:
    """The decisions on the way as a small table."""
    give_table(("DECISION", "INPUTS", "RULES", "OUTPUT"), [_row(step) for step in steps])


def _row(step: Mapping[str, Any]) -> tuple[str, str, str, str]:
    inputs = ", ".join(f"{one['name']} = {json_text(one['value'])}" for one in step["inputs"])
    rules = ", ".join(str(rule["index"]) for rule in step["rules"])
    return (
        step["id"],
        shortened(inputs, WIDEST_CELL) or "-",
        rules or "-",
        shortened(json_text(step["output"]), WIDEST_CELL),
    )


def _plain(value: Value) -> Any:
    """A FEEL value as data; what JSON cannot say as its text."""
    from counterflow import feel as language  # noqa: PLC0415 - the compiler costs what --help does not pay

    try:
        return json_data(language.to_json(value))
    except language.FeelValueError:
        return str(value)


def _literal(value: Value) -> str:
    """A value as FEEL writes it (DMN 1.5, grammar rules 33 to 66)."""
    from counterflow.feel import values  # noqa: PLC0415 - the compiler costs what --help does not pay

    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json_text(name)}: {_literal(inner)}" for name, inner in value.items()) + "}"
    return f'@"{value}"' if type(value) in values.TEMPORAL else values.written(value)


def _data(message: Any) -> Any:
    from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

    return to_data(message)
