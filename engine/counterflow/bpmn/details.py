"""What the extension elements of a dialect say about one element, in the words of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from counterflow.feel import Expression
from counterflow.model.data import VariableMapping
from counterflow.model.events import EventDefinition
from counterflow.model.graph import (
    AdHoc,
    CalledDecision,
    CalledProcess,
    JobDefinition,
    Listeners,
    MultiInstance,
    ScriptDefinition,
    StandardLoop,
    UserTaskDefinition,
    Work,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The work, the data and the properties of an element; all of it optional."""

    job: JobDefinition | None = None
    user_task: UserTaskDefinition | None = None
    script: ScriptDefinition | None = None
    decision: CalledDecision | None = None
    event: EventDefinition | None = None
    """What it waits for, looks out for or throws."""
    called: CalledProcess | None = None
    multi_instance: MultiInstance | None = None
    ad_hoc: AdHoc | None = None
    standard_loop: StandardLoop | None = None
    activation: Expression | None = None
    """Complex gateways only: the condition by which a round begins."""
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    listeners: Listeners | None = None
    results_stay_local: bool = False
    is_reported: bool = False
    """True where a finding already says why there is no job, script or decision, or why nothing is called."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """Extension properties by name; `counterflow:…` among them are ours (docs/extensions.md)."""

    @property
    def work(self) -> Work | None:
        """What is done; the rules refuse what would be done in two ways."""
        return self.script or self.decision or self.called or self.user_task or self.job
