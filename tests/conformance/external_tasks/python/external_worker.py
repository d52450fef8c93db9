"""Camunda 7's worker for Python: `external_worker.py BASE-URL TOPIC`; `../README.md` says what it does."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from camunda.external_task.external_task_worker import ExternalTaskWorker

RESULTS = {
    "text": "ä€😀",
    "whole": 7,
    "real": 1.5,
    "yes": True,
    "nothing": None,
    "order": {"type": "Json", "value": '{"lines": [1, 2]}'},
}


def retries_of(task: Any) -> Any:
    """The library has no word for it of its own."""
    return task._context["retries"]


def complete(task: Any) -> Any:
    return task.complete(RESULTS)


def fail(task: Any) -> Any:
    if retries_of(task) is None:
        return task.failure("no connection", "a stack", max_retries=1, retry_timeout=0)
    return task.complete(RESULTS)


def error(task: Any) -> Any:
    return task.bpmn_error("sold-out", "none is left", {"left": 0})


DOES = {"complete": complete, "fail": fail, "error": error, "extend": complete}


def handle(task: Any) -> Any:
    told = {
        "id": task.get_task_id(),
        "businessKey": task.get_business_key(),
        "retries": retries_of(task),
        "variables": task.get_variables(),
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    return DOES[task.get_variable("do")](task)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    config = {"asyncResponseTimeout": 10_000, "lockDuration": 30_000, "retries": 1, "sleepSeconds": 1}
    ExternalTaskWorker("python-worker", sys.argv[1], config).subscribe(sys.argv[2], handle)
