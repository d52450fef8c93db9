// The protocol of ../README.md: requests on standard input, answers and events on standard output, a line of JSON each.
'use strict'

const readline = require('node:readline')

const STATUS_NAMES = [
	'OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED',
	'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS',
	'UNAUTHENTICATED',
]

// Libraries print to standard output, which belongs to the protocol.
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = process.stderr.write.bind(process.stderr)

function say(line) {
	write(JSON.stringify(line) + '\n')
}

function told(error) {
	const code = typeof error.code === 'number' ? STATUS_NAMES[error.code] : 'LOCAL'
	return { code, message: error.details ?? error.message }
}

/** Serve requests until standard input ends. `operations` are functions from a request to its answer, `options` what they can besides. */
function serve(library, operations, options) {
	const { version } = require(`${library}/package.json`)
	say({ ready: { library, version, operations: [...Object.keys(operations), ...options] } })
	const lines = readline.createInterface({ input: process.stdin })
	lines.on('line', async (line) => {
		const { id, do: operation, ...request } = JSON.parse(line)
		try {
			say({ id, ok: (await operations[operation](request)) ?? {} })
		} catch (error) {
			say({ id, error: told(error) })
		}
	})
	lines.on('close', () => process.exit(0))
}

const JOB_FIELDS = [
	'key', 'type', 'processInstanceKey', 'bpmnProcessId', 'processDefinitionVersion', 'processDefinitionKey', 'elementId',
	'elementInstanceKey', 'worker', 'retries', 'deadline', 'customHeaders', 'variables',
]

function described(job) {
	return Object.fromEntries(JOB_FIELDS.map((field) => [field, job[field]]))
}

/** A handler that tells of each job and answers the nth with the nth of `answers`, or the last there is. */
function handler({ worker, answers }) {
	let taken = 0
	const deeds = {
		complete: (job, answer) => job.complete(answer.variables ?? {}),
		fail: (job, { errorMessage, retries, retryBackOff, variables }) => job.fail({ errorMessage, retries, retryBackOff, variables }),
		throw: (job, { errorCode, errorMessage, variables }) => job.error({ errorCode, errorMessage, variables: variables ?? {} }),
	}
	return async (job) => {
		say({ event: 'job', worker, job: described(job) })
		const answer = answers[Math.min(taken++, answers.length - 1)]
		if (answer.do === 'hold') return job.forward()
		try {
			const acknowledgement = await deeds[answer.do](job, answer)
			say({ event: 'answered', worker, jobKey: job.key })
			return acknowledgement
		} catch (error) {
			say({ event: 'answered', worker, jobKey: job.key, error: told(error) })
			throw error
		}
	}
}

module.exports = { described, handler, serve }
