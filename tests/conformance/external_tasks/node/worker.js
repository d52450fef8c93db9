// camunda-external-task-client-js: `node worker.js BASE-URL TOPIC`.
import { Client, Variables } from 'camunda-external-task-client-js'

const [baseUrl, topic] = process.argv.slice(2)
const client = new Client({ baseUrl, workerId: 'node-worker', asyncResponseTimeout: 10000, interval: 10, lockDuration: 30000 })

const results = () => {
	const values = new Variables()
	values.setAll({ text: 'ä€😀', whole: 7, real: 1.5, yes: true, nothing: null, order: { lines: [1, 2] } })
	return values.set('day', new Date(Date.UTC(2026, 0, 23, 13, 42, 42)))
}
const does = {
	complete: (service, task) => service.complete(task, results()),
	fail: (service, task) => (task.retries === null
		? service.handleFailure(task, { errorMessage: 'no connection', errorDetails: 'a stack', retries: 1, retryTimeout: 0 })
		: service.complete(task, results())),
	error: (service, task) => service.handleBpmnError(task, 'sold-out', 'none is left', new Variables().set('left', 0)),
	extend: async (service, task) => {
		await service.extendLock(task, 60000)
		await service.complete(task, results())
	},
}

client.subscribe(topic, async ({ task, taskService }) => {
	const { id, businessKey, retries, variables } = task
	console.log(JSON.stringify({ id, businessKey: businessKey ?? null, retries, variables: variables.getAll() }))
	await does[variables.get('do')](taskService, task)
})
for (const what of ['poll', 'complete', 'handleFailure', 'handleBpmnError', 'extendLock']) {
	client.on(`${what}:error`, (...given) => console.error(what, String(given.at(-1))))
}
