// What both libraries do in the same words, the younger having grown out of the older.
'use strict'

const { described, handler } = require('./lines')

/** The operations of a client. */
function operations(client) {
	const workers = new Map()
	return {
		topology: async () => {
			const { brokers, clusterSize, partitionsCount, gatewayVersion } = await client.topology()
			const partitions = brokers.flatMap((broker) => broker.partitions)
			return { clusterSize, partitionsCount, gatewayVersion, partitions }
		},
		deploy: async ({ name, content }) => {
			const resource = name.endsWith('.dmn') ? { name, decision: Buffer.from(content) } : { name, process: Buffer.from(content) }
			const { key, deployments } = await client.deployResource(resource)
			const processes = deployments.filter(({ process }) => process).map(({ process }) => definition(process))
			const decisions = deployments.filter(({ decision }) => decision).map(({ decision }) => ({
				decisionId: decision.dmnDecisionId,
				version: decision.version,
				decisionKey: decision.decisionKey,
			}))
			return { key, processes, decisions }
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
			const { decisionVersion, failedDecisionId, failureMessage } = found
			const decisionOutput = JSON.parse(found.decisionOutput)
			const matchedRules = found.evaluatedDecisions.flatMap((decision) => decision.matchedRules).map((rule) => rule.ruleId)
			return { decisionId: found.decisionId, decisionVersion, decisionOutput, matchedRules, failedDecisionId, failureMessage }
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

/** What is told of a deployed process. */
function definition({ bpmnProcessId, version, processDefinitionKey, resourceName }) {
	return { bpmnProcessId, version, processDefinitionKey, resourceName }
}

module.exports = { definition, operations }
