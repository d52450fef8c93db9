"""Running commands and workers' calls in a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from counterflow.cli.address import Address
from counterflow.cli.remote import Remote


class Run(NamedTuple):
    """How a command has ended: its exit code, its data and its words."""

    code: int
    data: str
    words: str

    @property
    def json(self) -> Any:
        """The data, read as JSON."""
        return json.loads(self.data)


class CommandLine:
    """Runs commands, and does the work of workers so that instances go on."""

    def __init__(
        self, main: Callable[[Sequence[str]], int], capture: pytest.CaptureFixture[str], address: str
    ) -> None:
        self._main = main
        self._capture = capture
        self.address = address
        self.server = Remote(Address(address))

    def __call__(self, *arguments: object) -> Run:
        """Run a command to its end."""
        self._capture.readouterr()
        code = self._main([str(argument) for argument in arguments])
        data, words = self._capture.readouterr()
        return Run(code, data, words)

    def good(self, *arguments: object) -> Run:
        """Run a command that is expected to go well."""
        run = self(*arguments)
        assert run.code == 0, run.words
        return run

    def start(self, process_id: str, variables: object = None) -> int:
        """Start an instance; its key."""
        return int(self.good("start", process_id, "--variables", json.dumps(variables or {})).data)

    def job_of(self, instance: int, job_type: str) -> int:
        """Take the job of an instance, however many others of the type there are; its key."""
        polls = self.server.stream(
            "ActivateJobs", type=job_type, worker="anna", timeout=60_000, maxJobsToActivate=100
        )
        jobs = [job for poll in polls for job in poll.jobs]
        return next(int(job.key) for job in jobs if job.processInstanceKey == instance)

    def complete(self, instance: int, *job_types: str) -> None:
        """Do these jobs of an instance, one after another."""
        for job_type in job_types:
            self.server.call("CompleteJob", jobKey=self.job_of(instance, job_type), variables="{}")

    def fail(self, instance: int, job_type: str, message: str) -> int:
        """Fail a job of an instance for good; the key of the incident."""
        self.server.call("FailJob", jobKey=self.job_of(instance, job_type), retries=0, errorMessage=message)
        return int(self.good("incidents", "--instance", instance, "--json").json[0]["key"])
