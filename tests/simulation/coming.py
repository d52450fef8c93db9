"""What must be true of jobs, timers and messages in the log; how tokens move and what is undone is the history's."""

from __future__ import annotations

from counterflow.kernel.course import asking
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import timer as timers
from counterflow.kernel.lives import jobs, user_task_transitions, user_tasks
from tests.simulation.books import Records
from tests.simulation.invariants import Violation
from tests.simulation.sweeping import Sweeping


class Coming:
    """What comes to an instance from outside, and the place in the log that is read."""

    def __init__(self) -> None:
        self._position = 0
        self._last_key = 0
        self._now_ms = 0
        self._instance_key = 0
        self.books = Records()
        self._sweeping = Sweeping(self.books.elements)

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise Violation(f"at position {self._position}, instance {self._instance_key}: {otherwise}")

    def _rises(self, key: int) -> None:
        self._expect(key > self._last_key, f"key {key} was given after {self._last_key}")
        self._last_key = key

    def job_created(self, event: asking.JobCreated) -> None:
        self._rises(event.key)
        self.books.jobs[event.key] = "activatable"

    def job_activated(self, event: jobs.JobActivated) -> None:
        self._job(event.key, "activated", "activatable")
        self.books.activations[event.key, event.deadline_ms] += 1
        self.books.deadlines[event.key] = event.deadline_ms

    def deadline_updated(self, event: jobs.JobDeadlineUpdated) -> None:
        self.books.deadlines[event.key] = event.deadline_ms

    def job_completed(self, event: jobs.JobCompleted) -> None:
        self._job(event.key, "completed", "activatable", "activated")
        self.books.completed_jobs[event.key] += 1

    def job_failed(self, event: jobs.JobFailed) -> None:
        to = "failed" if event.retries <= 0 else "backing_off" if event.due_ms is not None else "activatable"
        self._job(event.key, to, "activatable", "activated")

    def job_error(self, event: jobs.JobErrorThrown) -> None:
        self._job(event.key, "caught" if event.caught else "error_thrown", "activatable", "activated")

    def job_returned(self, event: jobs.JobReturned) -> None:
        self._job(event.key, "activatable", "activated", "backing_off", "failed", "error_thrown")
        is_early = event.why == "timed_out" and self._now_ms < self.books.deadlines[event.key]
        self._expect(
            not is_early,
            f"{event} comes at {self._now_ms}, and the worker has time until {self.books.deadlines.get(event.key)}",
        )

    def job_canceled(self, event: asking.JobCanceled) -> None:
        self._job(event.key, "canceled", "activatable", "activated", "backing_off", "failed", "error_thrown")

    def _job(self, key: int, to: str, *sources: str) -> None:
        self._expect(self.books.jobs[key] in sources, f"job {key} goes from {self.books.jobs[key]} to {to}")
        self.books.jobs[key] = to

    def user_task_created(self, event: user_tasks.UserTaskCreated) -> None:
        self._rises(event.key)
        self.books.assignees[event.key] = ""

    def user_task_assigned(self, event: user_tasks.UserTaskAssigned) -> None:
        had = self._assignee(event.key, event)
        is_taken = event.action == "claim" and had not in {"", event.assignee}
        self._expect(not is_taken, f"{event} claims what {had} has")
        self._expect(event.key not in self.books.transitions, f"{event} comes before its listeners are asked")
        self.books.assignees[event.key] = event.assignee

    def user_task_updated(self, event: user_tasks.UserTaskUpdated) -> None:
        self._assignee(event.key, event)

    def transition_begun(self, event: user_task_transitions.UserTaskTransitionBegun) -> None:
        self._assignee(event.key, event)
        under_way = self.books.transitions.get(event.key)
        self._expect(under_way is None, f"{event} begins while the task is {under_way}")
        self.books.transitions[event.key] = event.change.transition.value

    def transition_corrected(self, event: user_task_transitions.UserTaskCorrected) -> None:
        self._expect(event.key in self.books.transitions, f"{event} corrects a task that nothing becomes of")

    def transition_over(
        self,
        event: user_task_transitions.UserTaskTransitionEnded | user_task_transitions.UserTaskTransitionDenied,
    ) -> None:
        is_there = self.books.transitions.pop(event.key, None) is not None
        self._expect(is_there, f"{event} ends what has not begun")
        if isinstance(event, user_task_transitions.UserTaskTransitionEnded):
            assignee = event.corrections.assignee
            self.books.assignees[event.key] = (
                self.books.assignees[event.key] if assignee is None else assignee
            )

    def user_task_completed(self, event: user_tasks.UserTaskCompleted) -> None:
        self.user_task_over(event)
        self.books.completed_jobs[event.key] += 1

    def user_task_over(
        self,
        event: user_tasks.UserTaskCompleted | user_tasks.UserTaskErrorThrown | user_tasks.UserTaskCanceled,
    ) -> None:
        self._assignee(event.key, event)
        del self.books.assignees[event.key]
        under_way = self.books.transitions.pop(event.key, None)
        is_swept = isinstance(event, user_tasks.UserTaskCanceled)
        self._expect(under_way is None or is_swept, f"{event} comes while the task is {under_way}")

    def _assignee(self, key: int, event: object) -> str:
        """Who has an open task."""
        self._expect(key in self.books.assignees, f"{event} comes to a user task that is not open")
        return self.books.assignees[key]

    def timer_scheduled(self, event: timers.TimerScheduled) -> None:
        self._rises(event.key)
        self.books.timers[event.key] = event.due_ms
        place = event.element_instance_key, event.catch_id
        before = self.books.repetitions.get(place)
        self._expect(
            before is None or before < 0 or event.repetitions < before,
            f"{event} comes more often than it is to",
        )
        self.books.repetitions[place] = event.repetitions
        self.books.timer_places[event.key] = place

    def timer_triggered(self, event: timers.TimerTriggered) -> None:
        due_ms = self.books.timers.pop(event.key, None)
        self._expect(
            due_ms is not None and due_ms <= self._now_ms, f"{event} fires at {self._now_ms}, due at {due_ms}"
        )

    def timer_canceled(self, event: timers.TimerCanceled) -> None:
        self._expect(
            self.books.timers.pop(event.key, None) is not None, f"{event} cancels a timer that is not there"
        )
        del self.books.repetitions[self.books.timer_places[event.key]]

    def published(self, event: messages.MessagePublished) -> None:
        self._rises(event.key)
        known = {
            (found.name, found.correlation_key, found.message_id)
            for found in self.books.published.values()
            if found.message_id
        }
        name = event.name, event.correlation_key, event.message_id
        self._expect(name not in known, f"{event} has the id of a message that is still there")
        self.books.published[event.key] = event

    def subscribed(self, event: messages.SubscriptionOpened) -> None:
        self._rises(event.key)
        self.books.subscriptions[event.key] = event

    def closed(self, event: messages.SubscriptionClosed) -> None:
        is_open = self.books.subscriptions.pop(event.key, None) is not None
        self._expect(is_open, f"{event} closes a subscription that is not open")

    def correlated(self, event: messages.MessageCorrelated) -> None:
        message = self.books.published.get(event.message_key)
        pair = (event.message_key, event.bpmn_process_id)
        is_new = message is not None and pair not in self.books.correlated
        self._expect(is_new, f"{event} comes twice, or too late")
        self.books.correlated.add(pair)
        subscription = self.books.subscriptions.get(event.receiver_key)
        if message is not None and subscription is not None:
            is_meant = self.books.is_meant_for(subscription, message, self._sweeping.is_swept)
            self._expect(is_meant, f"{event} brings {message} to {subscription}")
        is_reached = subscription is not None or event.receiver_key in self.books.elements
        self._expect(is_reached, f"{event} reaches nobody")

    def triggered(self, event: messages.ElementTriggered) -> None:
        self._expect(self.books.waits_itself(event), f"{event} triggers what does not wait itself")

    def expired(self, event: messages.MessageExpired) -> None:
        self._expect(
            self.books.published.pop(event.message_key, None) is not None, f"{event} expires a second time"
        )
