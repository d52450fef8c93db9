"""The command about ad-hoc sub-processes: begin what is done in one."""

from __future__ import annotations

from typing import Annotated

import typer

from counterflow.cli.options import AddressOption, VariablesOption, read_object, remote
from counterflow.cli.output import count, say


def activate(
    key: Annotated[
        int, typer.Argument(metavar="KEY", help="Of the ad-hoc sub-process: an element instance.")
    ],
    elements: Annotated[
        list[str], typer.Argument(metavar="ELEMENT...", help="What is to begin in it, as often as named.")
    ],
    instead: Annotated[
        bool, typer.Option("--instead", help="What is under way in it is swept away first.")
    ] = False,
    variables: VariablesOption = "{}",
    address: AddressOption = "",
) -> None:
    """Begin activities of an ad-hoc sub-process.

    All that is named begins, each with these variables for itself, or nothing does. `show` tells the key of
    the sub-process.
    """
    document = read_object(variables, "--variables")
    activities = [{"element_id": element, "variables_json": document} for element in elements]
    remote(address).call(
        "ActivateAdHocSubProcessActivities",
        ad_hoc_sub_process_instance_key=key,
        activities=activities,
        cancel_remaining_instances=instead,
    )
    say(f"Activated {count(len(elements), 'activity')} of {key}.")
