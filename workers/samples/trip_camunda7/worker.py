"""Does the tasks of `trip.bpmn`, which is drawn for Camunda 7.

A delegate expression, a class and an external task's topic are job types.

What the model hands to its Java delegates, properties and fields, arrives as task headers. The flight fails
on request: start the process with the variables `flightFails` = true and a `distance` above 500.
"""

from counterflow_worker import BpmnError, Job, Worker

worker = Worker(name="trip-camunda7")


@worker.task("booking")
def book(job: Job) -> dict[str, str]:
    thing = job.headers["thing"]
    return {f"{thing}Reservation": f"{thing}-{job.process_instance_key}"}


@worker.task("com.example.CancelBooking")
def cancel(job: Job) -> None:
    print(f"{job.variables[job.headers['thing'] + 'Reservation']} cancelled")


@worker.task("flights")
def book_flight(job: Job) -> dict[str, str]:
    if job.variables.get("flightFails"):
        raise BpmnError("NOTHING_TO_BE_HAD", "no seats left")
    return {"flightReservation": f"flight-{job.process_instance_key}"}


if __name__ == "__main__":
    worker.start()
