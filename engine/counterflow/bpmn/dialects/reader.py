"""What a dialect's reader offers: one shape for both."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from lxml import etree

from counterflow.bpmn.details import Details
from counterflow.bpmn.outline import Drawn, Element
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model.graph import MultiInstance


class ConditionFilter(NamedTuple):
    """For the changes of which variables, and for which kinds of change, a condition is asked, as written.

    `names` is None where any change counts, and empty where those count that the condition reads.
    """

    names: str | None = None
    events: str = ""


class DialectReader(Protocol):
    """What a dialect's file offers.

    Complaints are appended to `notes`; what could not be read is left out.
    """

    NAMESPACE: str
    HANDS_ERRORS_OUT: bool
    """Whether what an error brought leaves its boundary event without a mapping."""
    INPUTS_SEE_EVENTS: bool
    """Whether input mappings of an event sub-process see what its event brought."""

    FIRST_LOOP_COUNTER: int
    """What `loopCounter` is in the first round of a standard loop."""
    VAGUE_LOOPS_ARE_DONE_ONCE: bool
    """Whether a loop that says neither how long nor how often is a remark, as its engines have it."""

    def details(self, element: Element, notes: Notes) -> Details:
        """The extension elements of an element."""

    def condition(self, drawn: Drawn, xml: etree._Element, notes: Notes) -> Expression | None:
        """The condition of a sequence flow, or of an event."""

    def condition_filter(self, definition: etree._Element) -> ConditionFilter:
        """For which changes the condition of an event is asked again."""

    def multi_instance(self, element: Element, xml: etree._Element, notes: Notes) -> MultiInstance | None:
        """How often an activity that is marked as multi-instance is done, and for what; `xml` is the mark."""

    def loop_condition(self, element: Element, xml: etree._Element, notes: Notes) -> Expression | None:
        """The condition of a standard loop."""

    def activation_condition(self, element: Element, xml: etree._Element, notes: Notes) -> Expression | None:
        """The condition by which a round of a complex gateway begins."""

    def text_or_expression(
        self, text: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element | None = None
    ) -> str | Expression | None:
        """What stands for itself as it is, an expression compiled; None where that is none.

        `what` names the place for a person.
        """

    def correlation_key(self, element: Element, message: etree._Element) -> str:
        """The text that says which message of that name is meant for an element; empty where none does."""

    def correlation_remedy(self, given: str) -> str:
        """Where and how to write a correlation key, given what was found instead of one."""

    def error_variables(self, definition: etree._Element) -> tuple[str | None, str | None]:
        """The variables that receive code and message of a caught error."""

    def escalation_variable(self, definition: etree._Element) -> str | None:
        """The variable that receives the code of a caught escalation."""

    def version_tag(self, process: Element) -> str | None:
        """The label that its author gave to this version of the process."""
