// zeebe-node: `node zeebe_node.js ADDRESS`.
'use strict'

const { serve } = require('./lines')
const { definition, operations } = require('./gateway')

if (process.env.CLIENT_KEEP_ALIVE_MS) process.env.GRPC_KEEPALIVE_TIME_MS = process.env.CLIENT_KEEP_ALIVE_MS
const { ZBClient } = require('zeebe-node')

const client = new ZBClient(process.argv[2], { loglevel: 'NONE' })

const more = {
	deployProcess: async ({ name, content }) => {
		const { key, processes } = await client.deployProcess({ name, definition: Buffer.from(content) })
		return { key, processes: processes.map(definition) }
	},
}

serve('zeebe-node', { ...operations(client), ...more }, ['createWithResult.ends', 'activate.fetchVariables', 'throw.variables', 'keepAlive', 'keepAlive.withoutCalls'])
