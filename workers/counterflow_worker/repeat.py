"""Making a call again, without doing a thing twice.

"Unavailable" and "deadline exceeded" do not say whether the command was carried out before the line broke. So
each kind of call says what a second time would do (`Repeat`): some change nothing, some are refused because
the first did it, some must not be repeated. "Resource exhausted" means that the server did not take the
command: that may always be said again.
"""

import logging
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

import msgspec

from counterflow_worker.clock import Clock
from counterflow_worker.errors import (
    AlreadyExistsError,
    ClientError,
    DeadlineExceededError,
    InvalidStateError,
    NotFoundError,
    ResourceExhaustedError,
    UnavailableError,
)
from counterflow_worker.retry import CallRetry

logger = logging.getLogger("counterflow_worker")
Answer = TypeVar("Answer")
Kinds = tuple[type[ClientError], ...]

FATE_UNKNOWN: Kinds = (UnavailableError, DeadlineExceededError)


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """What a second call would do after an error whose first call may have been carried out.

    After the errors `again` the call is made again; `done_already` then mean that an attempt with a lost
    answer had done it.
    """

    again: Kinds
    done_already: Kinds = ()


CHANGES_NOTHING = Repeat(again=(UnavailableError, ResourceExhaustedError))
MUST_NOT_REPEAT = Repeat(again=(ResourceExhaustedError,))
IS_GONE_AFTERWARDS = Repeat(again=(*FATE_UNKNOWN, ResourceExhaustedError), done_already=(NotFoundError,))
# A failed or thrown job is gone, or kept in a state that refuses the same again.
IS_OVER_AFTERWARDS = Repeat(
    again=(*FATE_UNKNOWN, ResourceExhaustedError), done_already=(NotFoundError, InvalidStateError)
)
IS_THERE_AFTERWARDS = Repeat(
    again=(*FATE_UNKNOWN, ResourceExhaustedError), done_already=(AlreadyExistsError,)
)


async def repeated(
    attempt: Callable[[], Awaitable[Answer]],
    done: Callable[[], Answer],
    *,
    repeat: Repeat,
    retry: CallRetry,
    clock: Clock,
    random: Random,
) -> Answer:
    """The answer of the first attempt that gets one. Raises the last ClientError.

    It is `done()` where an attempt whose answer was lost had done it.
    """
    lost_answer = False
    for failures in range(1, retry.attempts):
        try:
            return await attempt()
        except ClientError as error:
            if lost_answer and isinstance(error, repeat.done_already):
                return done_by_then(error, done)
            if not isinstance(error, repeat.again) or is_too_large(error):
                raise
            lost_answer = lost_answer or isinstance(error, FATE_UNKNOWN)
            logger.debug("attempt %d of %d: %s", failures, retry.attempts, error)
        await clock.sleep(retry.back_off.delay_ms(failures, random))
    try:
        return await attempt()
    except repeat.done_already as error:
        if not lost_answer:
            raise
        return done_by_then(error, done)


def done_by_then(error: ClientError, done: Callable[[], Answer]) -> Answer:
    """The answer `done()`, with a line in the log that says why."""
    logger.info("taken as done by an earlier attempt whose answer was lost: %s", error)
    return done()


def is_too_large(error: ClientError) -> bool:
    """Whether a message was above gRPC's own size limit, which never gets better.

    gRPC refuses it with the code of an overloaded server.
    """
    return isinstance(error, ResourceExhaustedError) and "larger than max" in error.reason
