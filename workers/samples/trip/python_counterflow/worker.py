"""Books a trip, and takes it back: hotel, car, flight, and how each is undone.

Every reservation number is made from the key of the process instance, so that anyone who watches can tell
what is being cancelled. The flight fails on request: start the process with the variable `flightFails` =
true.
"""

import msgspec

from counterflow_worker import BpmnError, Job, Worker

worker = Worker(name="trip")


class HotelBooking(msgspec.Struct, rename="camel"):
    hotel_reservation: str


class CarBooking(msgspec.Struct, rename="camel"):
    car_reservation: str


class FlightBooking(msgspec.Struct, rename="camel"):
    flight_reservation: str


class FlightRequest(msgspec.Struct, rename="camel"):
    flight_fails: bool = False


@worker.task("book-hotel")
def book_hotel(job: Job) -> HotelBooking:
    return HotelBooking(f"H-{job.process_instance_key}")


@worker.task("cancel-hotel")
def cancel_hotel(booking: HotelBooking) -> None:
    print(f"hotel {booking.hotel_reservation} cancelled")


@worker.task("book-car")
def book_car(job: Job) -> CarBooking:
    return CarBooking(f"C-{job.process_instance_key}")


@worker.task("cancel-car")
def cancel_car(booking: CarBooking) -> None:
    print(f"car {booking.car_reservation} cancelled")


@worker.task("book-flight")
def book_flight(job: Job, request: FlightRequest) -> FlightBooking:
    if request.flight_fails:
        raise BpmnError("FLIGHT_UNAVAILABLE", "no seats left")
    return FlightBooking(f"F-{job.process_instance_key}")


@worker.task("cancel-flight")
def cancel_flight(booking: FlightBooking) -> None:
    print(f"flight {booking.flight_reservation} cancelled")


if __name__ == "__main__":
    worker.start()
