"""Books flights and cancels them. There is none for a passenger whose trip says `flightFails`.

Each call takes TRIP_PACE_SECONDS (0 unless told otherwise), so that one can watch.
"""

import asyncio
import os

import msgspec

from counterflow_worker import BpmnError, Job, Worker

worker = Worker(name="flight-service")
PACE_SECONDS = float(os.environ.get("TRIP_PACE_SECONDS", "0"))
LENT_MS = 5_000
"""How long the server waits for an answer before it gives a job out again.

A job that was on its way here when the server was killed comes again after so long; one that takes longer is
kept by a heartbeat.
"""


class Request(msgspec.Struct, rename="camel"):
    flight_fails: bool = False


class Booking(msgspec.Struct, rename="camel"):
    flight_reservation: str


@worker.task("book-flight", timeout_ms=LENT_MS)
async def book(job: Job, request: Request) -> Booking:
    await asyncio.sleep(PACE_SECONDS)
    if request.flight_fails:
        raise BpmnError("FLIGHT_UNAVAILABLE", "no seats left")
    return Booking(f"F-{job.process_instance_key}")


@worker.task("cancel-flight", timeout_ms=LENT_MS)
async def cancel(booking: Booking) -> None:
    await asyncio.sleep(PACE_SECONDS)
    print(f"flight {booking.flight_reservation} cancelled", flush=True)
