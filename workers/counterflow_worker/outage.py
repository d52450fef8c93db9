"""Whether the server is there, told once when it goes and once when it is back."""

import logging

from counterflow_worker.errors import ClientError

logger = logging.getLogger("counterflow_worker")


class Outage:
    """The tasks whose polls are not answered at present.

    The log hears of the first that goes and of the last that is back.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self.away: set[str] = set()

    def begin(self, task_type: str, error: ClientError) -> None:
        """Count a task as unanswered; the first is logged."""
        if not self.away:
            logger.warning("no jobs from %s, trying again until they come: %s", self.target, error)
        self.away.add(task_type)

    def end(self, task_type: str) -> None:
        """Count a task as answered; the last that was not is logged."""
        if task_type not in self.away:
            return
        self.away.discard(task_type)
        if not self.away:
            logger.warning("%s answers again", self.target)

    def includes(self, task_type: str) -> bool:
        """Whether the task is unanswered."""
        return task_type in self.away
