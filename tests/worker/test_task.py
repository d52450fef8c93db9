"""Registering handlers, and calling them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial
from typing import Any

import pytest

from counterflow_worker import HandlerError, Job, Worker
from counterflow_worker.task import around, is_async, make_task
from counterflow_worker.testing import make_job

WHO: ContextVar[str] = ContextVar("who", default="nobody")


def plain() -> None: ...
async def coroutine() -> None: ...


class AsyncCallable:
    async def __call__(self) -> None: ...


class PlainCallable:
    def __call__(self) -> None: ...


@pytest.mark.parametrize(
    "handler,expected",
    [
        (plain, False),
        (coroutine, True),
        (partial(plain), False),
        (partial(coroutine), True),
        (AsyncCallable(), True),
        (PlainCallable(), False),
    ],
)
def test_async_handlers_are_known(handler: Callable[..., Any], expected: bool) -> None:
    assert is_async(handler) is expected


@pytest.mark.parametrize(
    "job_type,options,message",
    [
        ("",     {},                 "needs the job type it does, found an empty one"),
        (" ",    {},                 "needs the job type it does"),
        ("work", {"timeout_ms": 0},  "task 'work': expected timeout_ms of at least 1, found 0"),
        ("work", {"max_jobs": -1},   "task 'work': expected max_jobs of at least 1, found -1"),
    ],
)  # fmt: skip
def test_option_out_of_range_is_refused(job_type: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(HandlerError, match=message):
        make_task(job_type, plain, **options)


def test_decorated_handler_stays_what_it_was() -> None:
    worker = Worker()
    assert worker.task("work")(plain) is plain


@pytest.mark.parametrize("fetch,expected", [(None, ("name",)), ([], ()), (["other"], ("other",))])
def test_explicit_fetch_wins_over_what_the_handler_names(
    fetch: list[str] | None, expected: tuple[str, ...]
) -> None:
    def handler(name: str) -> None: ...

    assert make_task("work", handler, fetch=fetch).fetch == expected


async def test_sync_handler_sees_the_context_of_its_caller() -> None:
    def handler() -> dict[str, str]:
        return {"who": WHO.get()}

    task = make_task("work", handler)
    WHO.set("Ada")
    with ThreadPoolExecutor(1) as executor:
        assert await task.call(executor, make_job("work")) == {"who": "Ada"}


async def test_middleware_wraps_from_the_outside_in() -> None:
    async def add(letter: str, job: Job, proceed: Callable[[Job], Any]) -> object:
        return f"{letter}({await proceed(job)})"

    async def step(job: Job) -> str:
        return job.type

    assert await around([partial(add, "a"), partial(add, "b")], step)(make_job("work")) == "a(b(work))"
