import { ZBClient } from 'zeebe-node'
import { tasks } from './trip.js'

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !(name in tasks))
if (unknown.length > 0) throw new Error(`there is no task ${unknown.join(', ')}; there are ${Object.keys(tasks).join(', ')}`)

const client = new ZBClient(process.env.ZEEBE_ADDRESS ?? '127.0.0.1:26500', { loglevel: 'ERROR' })

for (const taskType of chosen.length > 0 ? chosen : Object.keys(tasks)) {
	client.createWorker({ taskType, taskHandler: tasks[taskType] })
}
console.log('working')

for (const signal of ['SIGTERM', 'SIGINT']) {
	process.once(signal, async () => {
		await client.close() // which lets the handlers finish
		process.exit(0)
	})
}
