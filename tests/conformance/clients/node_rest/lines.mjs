// The protocol of ../README.md: requests on standard input, answers on standard output, a line of JSON each.
import readline from 'node:readline'

/** What gRPC calls a status of HTTP; of the others the problem's own title says it. */
const CODES = { 400: 'INVALID_ARGUMENT', 404: 'NOT_FOUND', 504: 'DEADLINE_EXCEEDED' }

// Libraries print to standard output, which belongs to the protocol.
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = process.stderr.write.bind(process.stderr)

function say(line) {
	write(JSON.stringify(line) + '\n')
}

/** The problem that an error of one of these libraries carries, wherever it keeps it. */
function problemOf(error) {
	const status = error.status ?? error.statusCode ?? error.response?.statusCode
	let body = error.response?.body ?? {}
	if (typeof body === 'string') {
		try {
			body = JSON.parse(body)
		} catch {
			body = {}
		}
	}
	return { status, title: error.title ?? body.title, detail: error.detail ?? body.detail ?? error.message }
}

function told(error) {
	const { status, title, detail } = problemOf(error)
	const code = CODES[status] ?? title?.replace('INVALID_STATE', 'FAILED_PRECONDITION') ?? 'LOCAL'
	return { code, message: String(detail) }
}

const JOB_FIELDS = [
	'type', 'processInstanceKey', 'processDefinitionVersion', 'processDefinitionKey', 'elementId', 'elementInstanceKey', 'worker', 'retries',
	'customHeaders', 'variables',
]

/** A job as the protocol wants it. */
export function keyed(job) {
	const shared = Object.fromEntries(JOB_FIELDS.map((field) => [field, job[field]]))
	return { ...shared, key: job.jobKey, bpmnProcessId: job.processDefinitionId, deadline: Number(job.deadline) }
}

/** Serve requests until standard input ends. `operations` are functions from a request to its answer, `options` what they can besides. */
export function serve(library, version, operations, options) {
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
