// @camunda8/sdk: `node camunda8.js ADDRESS`.
'use strict'

const { serve } = require('./lines')
const { operations } = require('./gateway')
const { Camunda8 } = require('@camunda8/sdk')

const zeebeGrpcSettings = { ZEEBE_CLIENT_LOG_LEVEL: 'NONE' }
if (process.env.CLIENT_KEEP_ALIVE_MS) zeebeGrpcSettings.GRPC_KEEPALIVE_TIME_MS = Number(process.env.CLIENT_KEEP_ALIVE_MS)
const client = new Camunda8({
	ZEEBE_GRPC_ADDRESS: `grpc://${process.argv[2]}`,
	CAMUNDA_OAUTH_DISABLED: true,
	CAMUNDA_LOG_LEVEL: 'none',
	zeebeGrpcSettings,
}).getZeebeGrpcApiClient()

const more = {
	migrate: ({ processInstanceKey, targetProcessDefinitionKey, mapping }) => {
		const mappingInstructions = Object.entries(mapping).map(([sourceElementId, targetElementId]) => ({ sourceElementId, targetElementId }))
		return client.migrateProcessInstance({ processInstanceKey, migrationPlan: { targetProcessDefinitionKey, mappingInstructions } })
	},
	deleteResource: (request) => client.deleteResource(request),
	updateTimeout: (request) => client.updateJobTimeout(request),
}
const options = [
	'activate.fetchVariables', 'activate.ends', 'work.stream', 'fail.variables', 'throw.variables', 'keepAlive', 'keepAlive.withoutCalls',
]

serve('@camunda8/sdk', { ...operations(client), ...more }, options)
