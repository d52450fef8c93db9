"""Does every task of the process `trip` in its `camunda:` dialect: the job type of the bookings is `lambdaInvocationDelegate`, after their
delegate expression; that of the two notices is `true`, after their expression `#{true}`.

The model's properties arrive as headers: `functionName` ends in what is to be done (`…-book-hotel`, `…-cancel-car`), `invocationError` =
"true" asks for a BPMN error when it fails. A booking fails when its flag (`bookHotelFailure` and so on) is the text "true".
"""

from counterflow_worker import BpmnError, Job, JobFailure, Worker

worker = Worker(name="trip-compensation")

INVOCATION_ERROR = "io.berndruecker.serverless.aws.lambda.LambdaInvocationError"
FAILURE_FLAGS = {"book-hotel": "bookHotelFailure", "book-car": "bookCarFailure", "book-flight": "bookFlightFailure"}


@worker.task("lambdaInvocationDelegate")
def invoke(job: Job) -> dict[str, object]:
    action, thing = job.headers["functionName"].split("-")[-2:]
    if action == "cancel":
        print(f"{thing} of trip {job.process_instance_key} cancelled")
        return {}
    if job.variables.get(FAILURE_FLAGS[f"{action}-{thing}"]) != "true":
        return {f"{thing}Reservation": f"{thing}-{job.process_instance_key}"}
    if job.headers.get("invocationError") == "true":
        raise BpmnError(INVOCATION_ERROR, f"no {thing} to be had")
    raise JobFailure(f"no {thing} to be had")


# The model has no notices yet: an expression stands in their place that Camunda 7 would evaluate to true, and go on. Here such a task is a
# job of the type between its braces, so somebody must do it. A service that sends notices would take it over with a type of its own.
@worker.task("true")
def notify(job: Job) -> None:
    print(f"{job.element_id} of trip {job.process_instance_key}")


if __name__ == "__main__":
    worker.start()
