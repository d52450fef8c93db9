"""What the worker of an ad-hoc sub-process answers: a handler returns it in place of variables."""

from collections.abc import Mapping, Sequence

import msgspec

from counterflow_wire import gateway
from counterflow_worker.binding import encode_variables


class AdHocResult(msgspec.Struct, frozen=True, kw_only=True):
    """Which activities begin, or that the sub-process is done.

    `activate` names activities, each with the variables of its activation, or in a list those without any (an
    activity may be named several times). `variables` are set in the sub-process itself.
    """

    activate: Mapping[str, object] | Sequence[str] = ()
    is_completion_condition_fulfilled: bool = False
    is_cancel_remaining_instances: bool = False
    variables: object = None

    def on_the_wire(self) -> gateway.JobResult:
        """The result of CompleteJob. Raises VariablesError."""
        named = self.activate if isinstance(self.activate, Mapping) else None
        return gateway.JobResult(
            type="adHocSubProcess",
            activateElements=[
                gateway.JobResultActivateElement(
                    elementId=element_id,
                    variables=encode_variables(named[element_id] if named is not None else None),
                )
                for element_id in self.activate
            ],
            isCompletionConditionFulfilled=self.is_completion_condition_fulfilled,
            isCancelRemainingInstances=self.is_cancel_remaining_instances,
        )
