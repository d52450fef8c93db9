"""Does every task of the process `trip` in its `camunda:` dialect: one job type, `lambdaInvocationDelegate`, after its delegate expression.

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


if __name__ == "__main__":
    worker.start()
