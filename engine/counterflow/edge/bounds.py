"""How long a name may be, and how many entries a list may have, in every request of whatever door.

Whatever refuses a call likes to quote what it was told, and whoever keeps it keeps each entry: so this is
looked at first, for all fields alike.
"""

from __future__ import annotations

from collections.abc import Sized
from typing import Final

from counterflow.kernel.elements.ad_hoc_activation import AT_ONCE
from counterflow.kernel.lives import modification_instructions
from counterflow.service.refusals import Invalid

NAME_LENGTH: Final = 32_768
"""Characters of an id, a name, a type or a key."""
ENTRIES: Final = 10_000
"""Of one list."""
_INSTRUCTIONS: Final = (
    "activateInstructions",
    "terminateInstructions",
    "moveInstructions",
    "activate",
    "terminate",
    "move",
)
SHORTER: Final = {
    "activities": AT_ONCE,
    "activateElements": AT_ONCE,
    **dict.fromkeys(_INSTRUCTIONS, modification_instructions.AT_ONCE),
}
"""Lists that never may be as long, by field: no entry of a longer one is looked at."""
CONTENTS: Final = frozenset({"variables", "variables_json", "errorMessage", "error_message", "variable_json"})
"""Fields whose text is no name: other limits hold for them."""
QUOTED: Final = 100
"""So much of a name that is too long is shown."""


def check_name(field: str, text: str) -> None:
    """Raise `Invalid` for a name that is too long."""
    if len(text) > NAME_LENGTH:
        raise Invalid(
            f"Expected {field} to have at most {NAME_LENGTH} characters, but found {len(text)}, which "
            f"begin with {text[:QUOTED]!r}"
        )


def check_entries(field: str, entries: Sized) -> None:
    """Raise `Invalid` for a list of too many."""
    most = SHORTER.get(field, ENTRIES)
    if len(entries) > most:
        raise Invalid(f"Expected {field} to have at most {most} entries, but found {len(entries)}")
