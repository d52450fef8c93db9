"""The table of what a story is made of, held against the kernel's own."""

from __future__ import annotations

import pytest

from counterflow import kernel
from counterflow.kernel.course import beginning, ending, listeners, moves
from counterflow.kernel.data import scopes
from counterflow.kernel.elements import ad_hoc_sub_process, multi_instance
from counterflow.kernel.events import cancel, multiple
from counterflow.kernel.events import conditional as conditions
from counterflow.kernel.events import escalation as escalations
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import signal as signals
from counterflow.kernel.events import timer as timers
from counterflow.kernel.lives import (
    decision_deployments,
    deletions,
    deployments,
    forms,
    modification,
    quarantine,
    suspension,
)
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.kernel.work import pages
from counterflow.queries.story.fold import ADDITIONS, created_in
from tests.queries.models import TRIP, engine_with

SAY_NOTHING_OF_A_TREE = {
    *(
        decision_deployments.RequirementsDefined,
        decision_deployments.DecisionDefined,
        decision_deployments.DecisionsBound,
    ),
    *(forms.FormDefined, forms.FormsBound),
    deployments.DeploymentCreated,
    *(deletions.ProcessDeleted, deletions.RequirementsDeleted),  # of a definition
    deployments.ProcessDefined,
    deployments.ResourceStored,
    modification.ProcessInstanceModified,  # told by what it has ended and begun
    beginning.ProcessInstanceCreated,  # the story begins with it
    *(
        messages.MessagePublished,
        messages.MessageExpired,
    ),  # of no instance; an instance tells of those that have reached it
    *(messages.StartLocked, messages.StartUnlocked),  # about other instances to come
    multi_instance.LoopOutputGathered,  # told by the variable that the outputs become
    listeners.ListenersPassed,  # told by the values of those that set one
    ad_hoc_sub_process.AdHocFulfilled,  # told by what it has swept away
    *(
        timers.StartTimerOpened,
        timers.StartTimerClosed,
        messages.MessageStartOpened,
        messages.MessageStartClosed,
        signals.SignalStartOpened,
        signals.SignalStartClosed,
        conditions.ConditionalStartOpened,
        conditions.ConditionalStartClosed,
    ),  # of a definition
    *(deletions.ProcessDeleted, deletions.RequirementsDeleted),
    *(suspension.DefinitionSuspended, suspension.DefinitionResumed),
    *(suspension.JobTypeSuspended, suspension.JobTypeResumed),
    *(
        multi_instance.LoopStopped,
        multi_instance.LoopOutputsLetGo,
        ending.SweepBegun,
        ending.SweepEnded,
        ending.WorkLetGo,
        pages.PageEnded,
        pages.WorkEnded,
        pages.WorkPutOff,
        pages.BudgetKept,
        quarantine.RowsAbandoned,
    ),  # how far large work has come, told by what it ends and begins
    *(multiple.PartArrived, multiple.PartForgotten),  # told by what is waited for no more, and then begins
    signals.SignalBroadcast,  # of nobody in particular; its receivers tell of it
    escalations.EscalationCaught,  # told by what its catch begins, and by the one who has thrown it
    cancel.TransactionCanceled,  # told by the termination of the transaction
    moves.ScopeInterrupted,  # told by the terminations that follow
    scopes.VariableDocumentUpdated,  # told by the values that came before
}


def test_every_event_of_the_kernel_is_told_or_says_nothing_of_a_tree() -> None:
    untold = {event.__name__ for event in set(kernel.EVENTS) - set(ADDITIONS) - SAY_NOTHING_OF_A_TREE}
    assert untold == set(), "add these in queries/story/, or list them here as saying nothing of a tree"
    assert set(kernel.EVENTS) >= SAY_NOTHING_OF_A_TREE
    assert set(ADDITIONS) <= set(kernel.EVENTS)


def test_a_log_that_does_not_begin_with_a_creation_is_not_guessed_at() -> None:
    deployed = engine_with(TRIP).log[0]
    with pytest.raises(BrokenInvariant, match="does not begin with its creation"):
        created_in(deployed)
