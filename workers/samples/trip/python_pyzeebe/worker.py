"""The trip on pyzeebe, a client made for Zeebe: the same job types and answers as on our own SDK."""

import asyncio
import os
from typing import Any

from pyzeebe import Job, ZeebeWorker, create_insecure_channel
from pyzeebe.errors import BusinessError

Variables = dict[str, Any]


def register(worker: ZeebeWorker) -> None:
    """Give the worker its six tasks."""

    @worker.task(task_type="book-hotel")
    def book_hotel(job: Job) -> Variables:
        return {"hotelReservation": f"H-{job.process_instance_key}"}

    @worker.task(task_type="cancel-hotel")
    def cancel_hotel(job: Job) -> Variables:
        print(f"hotel {job.variables['hotelReservation']} cancelled")
        return {}

    @worker.task(task_type="book-car")
    def book_car(job: Job) -> Variables:
        return {"carReservation": f"C-{job.process_instance_key}"}

    @worker.task(task_type="cancel-car")
    def cancel_car(job: Job) -> Variables:
        print(f"car {job.variables['carReservation']} cancelled")
        return {}

    @worker.task(task_type="book-flight")
    def book_flight(job: Job) -> Variables:
        if job.variables.get("flightFails") is True:
            raise BusinessError(error_code="FLIGHT_UNAVAILABLE", msg="no seats left")
        return {"flightReservation": f"F-{job.process_instance_key}"}

    @worker.task(task_type="cancel-flight")
    def cancel_flight(job: Job) -> Variables:
        print(f"flight {job.variables['flightReservation']} cancelled")
        return {}


async def main() -> None:
    """Work until interrupted."""
    worker = ZeebeWorker(
        create_insecure_channel(grpc_address=os.environ.get("ZEEBE_ADDRESS", "127.0.0.1:26500"))
    )
    register(worker)
    await worker.work()


if __name__ == "__main__":
    asyncio.run(main())
