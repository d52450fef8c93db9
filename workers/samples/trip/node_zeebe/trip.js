// Books a trip, and takes it back: hotel, car, flight, and how each is undone.
//
// Every reservation number is made from the key of the process instance, so that anyone who watches can tell what is being cancelled.
// The flight fails on request: start the process with the variable flightFails = true.

export const tasks = {
	'book-hotel': (job) => job.complete({ hotelReservation: `H-${job.processInstanceKey}` }),

	'cancel-hotel': (job) => cancelled(job, 'hotel', job.variables.hotelReservation),

	'book-car': (job) => job.complete({ carReservation: `C-${job.processInstanceKey}` }),

	'cancel-car': (job) => cancelled(job, 'car', job.variables.carReservation),

	'book-flight': (job) => {
		if (job.variables.flightFails === true) return job.error('FLIGHT_UNAVAILABLE', 'no seats left')
		return job.complete({ flightReservation: `F-${job.processInstanceKey}` })
	},

	'cancel-flight': (job) => cancelled(job, 'flight', job.variables.flightReservation),
}

function cancelled(job, what, reservation) {
	console.log(`${what} ${reservation} cancelled`)
	return job.complete()
}
