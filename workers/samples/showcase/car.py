"""Books cars and cancels them: a service of its own, with no idea of trips.

Each call takes TRIP_PACE_SECONDS (0 unless told otherwise), so that one can watch.
"""

import asyncio
import os

import msgspec

from counterflow_worker import Job, Worker

worker = Worker(name="car-service")
PACE_SECONDS = float(os.environ.get("TRIP_PACE_SECONDS", "0"))
LENT_MS = 5_000
"""How long the server waits for an answer before it gives a job out again.

A job that was on its way here when the server was killed comes again after so long; one that takes longer is
kept by a heartbeat.
"""


class Booking(msgspec.Struct, rename="camel"):
    car_reservation: str


@worker.task("book-car", timeout_ms=LENT_MS)
async def book(job: Job) -> Booking:
    await asyncio.sleep(PACE_SECONDS)
    return Booking(f"C-{job.process_instance_key}")


@worker.task("cancel-car", timeout_ms=LENT_MS)
async def cancel(booking: Booking) -> None:
    await asyncio.sleep(PACE_SECONDS)
    print(f"car {booking.car_reservation} cancelled", flush=True)
