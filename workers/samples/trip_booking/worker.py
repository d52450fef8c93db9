"""Does every task of the process `trip-booking` in its `zeebe:` dialect: one job type, `lambda`, told apart by a task header.

`functionName` ends in what is to be done (`…-book-hotel`, `…-cancel-car`); `resultName`, where the model has it, names the variable for
the answer, on whose `success` the process decides. A booking fails when its flag (`bookHotelFailure` and so on) is the text "true".
"""

from counterflow_worker import Job, Worker

worker = Worker(name="trip-booking")

FAILURE_FLAGS = {"book-hotel": "bookHotelFailure", "book-car": "bookCarFailure", "book-flight": "bookFlightFailure"}


@worker.task("lambda")
def invoke(job: Job) -> dict[str, object]:
    answer = call_function(job.headers["functionName"], job)
    return {job.headers["resultName"]: answer} if "resultName" in job.headers else {}


def call_function(function_name: str, job: Job) -> dict[str, object]:
    """What the cloud function would answer."""
    action, thing = function_name.split("-")[-2:]
    if action == "cancel":
        print(f"{thing} of trip {job.process_instance_key} cancelled")
        return {"success": True}
    if job.variables.get(FAILURE_FLAGS[f"{action}-{thing}"]) == "true":
        return {"success": False, "reason": f"no {thing} to be had"}
    return {"success": True, "reservation": f"{thing}-{job.process_instance_key}"}


if __name__ == "__main__":
    worker.start()
