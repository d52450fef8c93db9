// @camunda8/orchestration-cluster-api: `node orchestration.mjs MAJOR ADDRESS`; answers of 9 are checked strictly.
import { createRequire } from 'node:module'
import { keyed, serve } from './lines.mjs'

const [, , major, address] = process.argv
const { createCamundaClient } = await import(`orchestration-${major}`)
const { version } = createRequire(import.meta.url)(`./node_modules/orchestration-${major}/package.json`)
const client = createCamundaClient({
	config: {
		CAMUNDA_REST_ADDRESS: `http://${address}`,
		CAMUNDA_AUTH_STRATEGY: 'NONE',
		// 8 cannot: it refuses null wherever a field may be left out, and servers since 8.9 send null
		CAMUNDA_SDK_VALIDATION: major === '9' ? 'req:none,res:strict' : 'req:none,res:none',
		CAMUNDA_SDK_LOG_LEVEL: 'silent',
		CAMUNDA_SDK_HTTP_RETRY_MAX_ATTEMPTS: 1,
	},
	log: { level: 'silent' },
})
const upper = (word) => word.toUpperCase()

function creation({ bpmnProcessId, processDefinitionKey, version, variables, startBefore }) {
	const startInstructions = (startBefore ?? []).map((elementId) => ({ elementId }))
	const shared = { variables: variables ?? {}, startInstructions }
	if (processDefinitionKey) return { processDefinitionKey, ...shared }
	return { processDefinitionId: bpmnProcessId, processDefinitionVersion: version ?? -1, ...shared }
}

const operations = {
	topology: async () => {
		const found = await client.getTopology()
		const partitions = found.brokers.flatMap((broker) => broker.partitions)
		return {
			clusterSize: found.clusterSize,
			partitionsCount: found.partitionsCount,
			gatewayVersion: found.gatewayVersion,
			partitions: partitions.map(({ partitionId, role, health }) => ({ partitionId, role: upper(role), health: upper(health) })),
		}
	},
	deploy: async ({ name, content }) => {
		const deployed = await client.createDeployment({ resources: [new File([content], name)] })
		const processes = deployed.deployments.map((each) => each.processDefinition).filter(Boolean)
		const decisions = deployed.deployments.map((each) => each.decisionDefinition).filter(Boolean)
		return {
			key: deployed.deploymentKey,
			processes: processes.map((process) => ({
				bpmnProcessId: process.processDefinitionId,
				version: process.processDefinitionVersion,
				processDefinitionKey: process.processDefinitionKey,
				resourceName: process.resourceName,
			})),
			decisions: decisions.map((decision) => ({
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
		const wish = { ...creation(request), awaitCompletion: true, requestTimeout, fetchVariables: fetchVariables ?? [] }
		const ended = await client.createProcessInstance(wish)
		return {
			processInstanceKey: ended.processInstanceKey,
			bpmnProcessId: ended.processDefinitionId,
			version: ended.processDefinitionVersion,
			variables: ended.variables,
		}
	},
	cancel: ({ processInstanceKey }) => client.cancelProcessInstance({ processInstanceKey }),
	setVariables: ({ elementInstanceKey, variables, local }) =>
		client.createElementInstanceVariables({ elementInstanceKey, variables, local }),
	resolveIncident: ({ incidentKey }) => client.resolveIncident({ incidentKey }),
	modify: ({ processInstanceKey, activate, terminate }) =>
		client.modifyProcessInstance({
			processInstanceKey,
			activateInstructions: (activate ?? []).map((elementId) => ({ elementId })),
			terminateInstructions: (terminate ?? []).map((elementInstanceKey) => ({ elementInstanceKey })),
		}),
	migrate: ({ processInstanceKey, targetProcessDefinitionKey, mapping }) =>
		client.migrateProcessInstance({
			processInstanceKey,
			targetProcessDefinitionKey,
			mappingInstructions: Object.entries(mapping).map(([sourceElementId, targetElementId]) => ({ sourceElementId, targetElementId })),
		}),
	deleteResource: ({ resourceKey }) => client.deleteResource({ resourceKey }),
	activate: async ({ type, worker, timeout, maxJobs, requestTimeout, fetchVariables }) => {
		const wish = { type, worker, timeout, maxJobsToActivate: maxJobs, requestTimeout, fetchVariable: fetchVariables ?? [] }
		return { jobs: (await client.activateJobs(wish)).jobs.map(keyed) }
	},
	complete: ({ jobKey, variables }) => client.completeJob({ jobKey, variables: variables ?? {} }),
	fail: ({ jobKey, retries, retryBackOff, errorMessage, variables }) =>
		client.failJob({ jobKey, retries, retryBackOff, errorMessage, variables: variables ?? {} }),
	throw: ({ jobKey, errorCode, errorMessage, variables }) =>
		client.throwJobError({ jobKey, errorCode, errorMessage, variables: variables ?? {} }),
	updateRetries: ({ jobKey, retries }) => client.updateJob({ jobKey, changeset: { retries } }),
	updateTimeout: ({ jobKey, timeout }) => client.updateJob({ jobKey, changeset: { timeout } }),
	publish: async ({ name, correlationKey, messageId, timeToLive, variables }) => {
		const published = await client.publishMessage({ name, correlationKey, messageId, timeToLive, variables: variables ?? {} })
		return { key: published.messageKey }
	},
	broadcast: ({ signalName, variables }) => client.broadcastSignal({ signalName, variables: variables ?? {} }),
	evaluateDecision: async ({ decisionId, variables }) => {
		const found = await client.evaluateDecision({ decisionDefinitionId: decisionId, variables })
		return {
			decisionId: found.decisionDefinitionId,
			decisionVersion: found.decisionDefinitionVersion,
			decisionOutput: JSON.parse(found.output),
			matchedRules: found.evaluatedDecisions.flatMap((decision) => decision.matchedRules.map((rule) => rule.ruleId)),
			failedDecisionId: found.failedDecisionDefinitionId ?? '',
			failureMessage: found.failureMessage ?? '',
		}
	},
	assignTask: ({ userTaskKey, assignee, allowOverride }) => client.assignUserTask({ userTaskKey, assignee, allowOverride }),
	completeTask: ({ userTaskKey, variables }) => client.completeUserTask({ userTaskKey, variables }),
}
const options = ['create.definitionKey', 'createWithResult.ends', 'activate.fetchVariables', 'activate.ends', 'fail.variables', 'throw.variables']

serve('@camunda8/orchestration-cluster-api', version, operations, options)
