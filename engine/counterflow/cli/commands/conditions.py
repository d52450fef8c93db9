"""Commands about conditions: begin what holds."""

from __future__ import annotations

from typing import Annotated

import typer

from counterflow.cli.exits import REJECTED, Failure
from counterflow.cli.options import AddressOption, JsonOption, VariablesOption, read_object, remote
from counterflow.cli.output import count, give, give_json, say


def evaluate_conditional(
    definition: Annotated[
        int,
        typer.Option("--definition", metavar="KEY", min=0, help="Ask only those of this process definition."),
    ] = 0,
    require_begun: Annotated[
        bool, typer.Option("--require-begun", help="End with exit code 4 if no condition holds.")
    ] = False,
    variables: VariablesOption = "{}",
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Begin instances where conditions hold.

    Asks the conditions of start events over the variables, of the latest version of each process, and
    begins an instance at each that holds. Prints the keys of the instances.
    """
    document = read_object(variables, "--variables")
    answer = remote(address).call("EvaluateConditional", processDefinitionKey=definition, variables=document)
    if as_json:
        from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

        give_json(to_data(answer))
    else:
        for begun in answer.processInstances:
            give(str(begun.processInstanceKey))
    if answer.processInstances:
        say(f"Begun: {count(len(answer.processInstances), 'process instance')}.")
    elif require_begun:
        raise Failure(REJECTED, "No condition holds: nothing has begun")
    else:
        say("No condition holds: nothing has begun.")
