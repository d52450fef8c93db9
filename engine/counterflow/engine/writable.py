"""What a program asks for is written down before it is done: it must be of a kind that can be read back."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from counterflow.kernel.vocabulary import Command, Rejection, RejectionType

AnyCommand = TypeVar("AnyCommand", bound=Command)


def writable(command: AnyCommand) -> AnyCommand:
    """The command, each field of which is of its kind. Raises `Rejection`, which names one that is not.

    Python lets a program hand over a number for a text; the log would hold it, and nobody could read that.
    """
    try:
        msgspec.msgpack.decode(msgspec.msgpack.encode(command), type=type(command))
    except msgspec.ValidationError as error:
        raise _refused(command, str(error).replace("`$.", "`")) from error
    except UnicodeEncodeError as error:
        character = error.object[error.start]
        fact = f"Expected text that UTF-8 can hold, but character {error.start} of one is {character!r}"
        raise _refused(command, fact) from error
    except (OverflowError, TypeError, RecursionError) as error:
        raise _refused(command, f"Expected values that can be written down, but {error}") from error
    return command


def _refused(command: Command, fact: str) -> Rejection:
    return Rejection(RejectionType.INVALID_ARGUMENT, f"{type(command).__name__}: {fact}")
