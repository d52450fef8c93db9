package main

import (
	"fmt"

	"github.com/camunda/zeebe/clients/go/v8/pkg/entities"
)

// Trip holds the variables of the process that the tasks read.
type Trip struct {
	FlightFails       bool   `json:"flightFails"`
	HotelReservation  string `json:"hotelReservation"`
	CarReservation    string `json:"carReservation"`
	FlightReservation string `json:"flightReservation"`
}

// Variables are what a task gives back to the process.
type Variables map[string]any

// Task does one job.
type Task func(job entities.Job, trip Trip) (Variables, error)

// Unavailable is an error that the process has drawn a path for.
type Unavailable struct{ Code, Reason string }

func (unavailable Unavailable) Error() string { return unavailable.Reason }

var tasks = map[string]Task{
	"book-hotel":    bookHotel,
	"book-car":      bookCar,
	"book-flight":   bookFlight,
	"cancel-hotel":  cancelHotel,
	"cancel-car":    cancelCar,
	"cancel-flight": cancelFlight,
}

func bookHotel(job entities.Job, _ Trip) (Variables, error) {
	return Variables{"hotelReservation": fmt.Sprint("H-", job.ProcessInstanceKey)}, nil
}

func bookCar(job entities.Job, _ Trip) (Variables, error) {
	return Variables{"carReservation": fmt.Sprint("C-", job.ProcessInstanceKey)}, nil
}

func bookFlight(job entities.Job, trip Trip) (Variables, error) {
	if trip.FlightFails {
		return nil, Unavailable{"FLIGHT_UNAVAILABLE", "no seats left"}
	}
	return Variables{"flightReservation": fmt.Sprint("F-", job.ProcessInstanceKey)}, nil
}

func cancelHotel(_ entities.Job, trip Trip) (Variables, error) {
	fmt.Println("hotel", trip.HotelReservation, "cancelled")
	return nil, nil
}

func cancelCar(_ entities.Job, trip Trip) (Variables, error) {
	fmt.Println("car", trip.CarReservation, "cancelled")
	return nil, nil
}

func cancelFlight(_ entities.Job, trip Trip) (Variables, error) {
	fmt.Println("flight", trip.FlightReservation, "cancelled")
	return nil, nil
}
