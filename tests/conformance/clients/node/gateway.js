// What both libraries do in the same words, the younger having grown out of the older.
'use strict'

const { described, handler } = require('./lines')

/** The operations of a client; `evaluated` reads a decision's output. */
function operations(client) {
	const workers = new Map()
	return {
		topology: async () => {
			const { brokers, clusterSize, partitionsCount, gatewayVersion } = await client.topology()
			const partitions = brokers.flatMap((broker) => broker.partitions)
			return { clusterSize, partitionsCount, gatewayVersion, partitions }
		},
		deploy: async ({ name, content }) => {
			const { key, deployments } = await client.deployResource({ name, process: Buffer.from(content) })
			const processes = deployments.filter(({ process }) => process).map(({ process }) => ({
				bpmnProcessId: process.bpmnProcessId,
				version: process.version,
				processDefinitionKey: process.processDefinitionKey,
				resourceName: process.resourceName,
			}))
			return { key, processes }
		},
		create: ({ bpmnProcessId, version, variables = {}, startBefore = [] }) => {
			const startInstructions = startBefore.map((elementId) => ({ elementId }))
			return client.createProcessInstance({ bpmnProcessId, version, variables, startInstructions })
		},
		createWithResult: ({ bpmnProcessId, version, variables = {}, requestTimeout, fetchVariables }) =>
			client.createProcessInstanceWithResult({ bpmnProcessId, version, variables, requestTimeout, fetchVariables }),
		cancel: ({ processInstanceKey }) => client.cancelProcessInstance(processInstanceKey),
		setVariables: (request) => client.setVariables(request),
		resolveIncident: (request) => client.resolveIncident(request),
		modify: ({ processInstanceKey, activate, terminate }) =>
			client.modifyProcessInstance({
				processInstanceKey,
				activateInstructions: activate.map((elementId) => ({ elementId, ancestorElementInstanceKey: '-1', variableInstructions: [] })),
				terminateInstructions: terminate.map((elementInstanceKey) => ({ elementInstanceKey })),
			}),
		activate: async ({ maxJobs, fetchVariables, ...request }) => {
			const jobs = await client.activateJobs({ ...request, maxJobsToActivate: maxJobs, fetchVariable: fetchVariables })
			return { jobs: jobs.map(described) }
		},
		complete: ({ jobKey, variables = {} }) => client.completeJob({ jobKey, variables }),
		fail: ({ retryBackOff = 0, ...request }) => client.failJob({ ...request, retryBackOff }),
		throw: (request) => client.throwError(request),
		updateRetries: (request) => client.updateJobRetries(request),
		publish: ({ variables = {}, ...request }) => client.publishMessage({ ...request, variables }),
		broadcast: (request) => client.broadcastSignal(request),
		evaluateDecision: async ({ decisionId, variables = {} }) => {
			const found = await client.evaluateDecision({ decisionId, variables })
			const { decisionVersion, decisionOutput, failedDecisionId, failureMessage } = found
			return { decisionId: found.decisionId, decisionVersion, decisionOutput: JSON.parse(decisionOutput), failedDecisionId, failureMessage }
		},
		work: async (request) => {
			const { worker, type, timeout, maxJobs, stream } = request
			const taskHandler = handler(request)
			if (stream) {
				workers.set(worker, await client.streamJobs({ type, worker, timeout, tenantIds: [], taskHandler }))
			} else {
				const options = { taskType: type, id: worker, timeout, maxJobsToActivate: maxJobs, taskHandler }
				workers.set(worker, client.createWorker(options))
			}
		},
		stopWork: async ({ worker }) => {
			await workers.get(worker).close()
			workers.delete(worker)
		},
	}
}

module.exports = { operations }
