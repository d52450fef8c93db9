// One script: a JSON object with `script` and `variables` comes in, one with `variables` and `result` goes out.
import { createContext, runInContext } from 'node:vm'

const SECONDS = 10

let text = ''
for await (const chunk of process.stdin) text += chunk
process.stdout.write(JSON.stringify(run(JSON.parse(text))))

function run({ script, variables }) {
	const set = {}
	const execution = {
		getVariable: (name) => set[name] ?? variables[name] ?? null,
		setVariable: (name, value) => {
			set[name] = value
		},
	}
	const context = createContext({ ...variables, execution, BpmnError, print: console.error, console: { log: console.error } })
	try {
		const result = runInContext(script, context, { timeout: SECONDS * 1000 })
		return { variables: set, result: result ?? null }
	} catch (error) {
		if (error instanceof BpmnError) return { error: { code: error.code, message: error.message } }
		throw error
	}
}

function BpmnError(code, message = '') {
	if (!new.target) return new BpmnError(code, message)
	this.code = String(code)
	this.message = String(message)
}
