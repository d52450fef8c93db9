// @camunda8/sdk by its REST client, which Camunda's Modeler calls: `node sdk.mjs ADDRESS`.
import { createRequire } from 'node:module'
import { keyed, serve } from './lines.mjs'

const require = createRequire(import.meta.url)
const { Camunda8 } = require('@camunda8/sdk')
const { version } = require('@camunda8/sdk/package.json')
const client = new Camunda8({
	ZEEBE_REST_ADDRESS: `http://${process.argv[2]}`,
	CAMUNDA_AUTH_STRATEGY: 'NONE',
	CAMUNDA_LOG_LEVEL: 'none',
	CAMUNDA_JOB_WORKER_MAX_BACKOFF_MS: 1000,
}).getCamundaRestClient()

function creation({ bpmnProcessId, processDefinitionKey, version, variables, startBefore }) {
	const startInstructions = (startBefore ?? []).map((elementId) => ({ elementId }))
	const shared = { variables: variables ?? {}, startInstructions }
	if (processDefinitionKey) return { processDefinitionKey, ...shared }
	return { processDefinitionId: bpmnProcessId, processDefinitionVersion: version ?? -1, ...shared }
}

const operations = {
	deploy: async ({ name, content }) => {
		const deployed = await client.deployResources([{ name, content }])
		return {
			key: deployed.deploymentKey,
			processes: deployed.processes.map((process) => ({
				bpmnProcessId: process.processDefinitionId,
				version: process.processDefinitionVersion,
				processDefinitionKey: process.processDefinitionKey,
				resourceName: process.resourceName,
			})),
			decisions: deployed.decisions.map((decision) => ({
				decisionId: decision.decisionDefinitionId,
				version: decision.version,
				decisionKey: decision.decisionDefinitionKey,
			})),
		}
	},
	create: async (request) => {
		const created = await client.createProcessInstance(creation(request))
		return {
			processInstanceKey: created.processInstanceKey,
			processDefinitionKey: created.processDefinitionKey,
			bpmnProcessId: created.processDefinitionId,
			version: created.processDefinitionVersion,
		}
	},
	createWithResult: async (request) => {
		const { requestTimeout, fetchVariables } = request
		const ended = await client.createProcessInstanceWithResult({ ...creation(request), requestTimeout, fetchVariables: fetchVariables ?? [] })
		return {
			processInstanceKey: ended.processInstanceKey,
			bpmnProcessId: ended.processDefinitionId,
			version: ended.processDefinitionVersion,
			variables: ended.variables,
		}
	},
	cancel: async ({ processInstanceKey }) => void (await client.cancelProcessInstance({ processInstanceKey })),
	setVariables: async (request) => void (await client.updateElementInstanceVariables(request)),
	resolveIncident: async ({ incidentKey }) => void (await client.resolveIncident(incidentKey)),
	activate: async ({ type, worker, timeout, maxJobs, requestTimeout, fetchVariables }) => {
		const wish = { type, worker, timeout, maxJobsToActivate: maxJobs, requestTimeout, fetchVariable: fetchVariables ?? [] }
		return { jobs: (await client.activateJobs(wish)).map(keyed) }
	},
	complete: async ({ jobKey, variables }) => void (await client.completeJob({ jobKey, variables: variables ?? {} })),
	fail: async ({ jobKey, retries, retryBackOff, errorMessage, variables }) =>
		void (await client.failJob({ jobKey, retries, retryBackOff, errorMessage, variables: variables ?? {} })),
	throw: async ({ jobKey, errorCode, errorMessage, variables }) =>
		void (await client.errorJob({ jobKey, errorCode, errorMessage, variables: variables ?? {} })),
	publish: async ({ name, correlationKey, messageId, timeToLive, variables }) => {
		const published = await client.publishMessage({ name, correlationKey, messageId, timeToLive, variables: variables ?? {} })
		return { key: published.messageKey }
	},
	broadcast: async ({ signalName, variables }) => void (await client.broadcastSignal({ signalName, variables: variables ?? {} })),
	assignTask: async ({ userTaskKey, assignee, allowOverride }) => void (await client.assignUserTask({ userTaskKey, assignee, allowOverride })),
	completeTask: async ({ userTaskKey, variables }) => void (await client.completeUserTask({ userTaskKey, variables })),
}
const options = ['create.definitionKey', 'createWithResult.ends', 'activate.fetchVariables', 'activate.ends', 'fail.variables', 'throw.variables']

serve('@camunda8/sdk', version, operations, options)
