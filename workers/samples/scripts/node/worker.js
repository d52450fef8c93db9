// Runs the JavaScript scripts of models, each in a process of its own. This is no sandbox: see the README.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { tmpdir } from 'node:os'
import { ZBClient } from 'zeebe-node'

const RUNNER = fileURLToPath(new URL('run_script.js', import.meta.url))
const [MAJOR, MINOR] = process.versions.node.split('.').map(Number)
const PERMISSION = MAJOR > 22 || (MAJOR === 22 && MINOR >= 13) ? '--permission' : '--experimental-permission'
const SECONDS = 20

const client = new ZBClient(process.env.ZEEBE_ADDRESS ?? '127.0.0.1:26500', { loglevel: 'ERROR' })

client.createWorker({ taskType: 'script.javascript', taskHandler: run })
console.log('working')

async function run(job) {
	const { script, resource, resultVariable } = job.customHeaders
	if (script === undefined) return job.fail(`the script is kept in ${resource}; write it into the model`)
	try {
		const said = await apart({ script, variables: job.variables })
		if (said.error) return job.error(said.error.code, said.error.message)
		return job.complete(resultVariable ? { ...said.variables, [resultVariable]: said.result } : said.variables)
	} catch (failure) {
		return job.fail(failure.message)
	}
}

/** What a script has said at its end; rejects with what it printed, where it failed. */
function apart(task) {
	return new Promise((resolve, reject) => {
		const words = ['--max-old-space-size=64', '--no-warnings', PERMISSION, `--allow-fs-read=${RUNNER}`, RUNNER]
		const child = spawn(process.execPath, words, { cwd: tmpdir(), env: {}, timeout: SECONDS * 1000 })
		let printed = ''
		let complaint = ''
		child.stdout.on('data', (chunk) => (printed += chunk))
		child.stderr.on('data', (chunk) => (complaint += chunk))
		child.on('error', reject)
		child.on('close', (code) =>
			code === 0 ? resolve(JSON.parse(printed)) : reject(new Error(`the script failed: ${complaint.slice(-2000) || code}`)),
		)
		child.stdin.end(JSON.stringify(task))
	})
}

for (const signal of ['SIGTERM', 'SIGINT']) {
	process.once(signal, async () => {
		await client.close() // which lets the handlers finish
		process.exit(0)
	})
}
