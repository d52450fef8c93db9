// zeebe-node: `node zeebe_node.js ADDRESS`.
'use strict'

const { serve } = require('./lines')
const { operations } = require('./gateway')

if (process.env.CLIENT_KEEP_ALIVE_MS) process.env.GRPC_KEEPALIVE_TIME_MS = process.env.CLIENT_KEEP_ALIVE_MS
const { ZBClient } = require('zeebe-node')

const client = new ZBClient(process.argv[2], { loglevel: 'NONE' })

serve('zeebe-node', operations(client), ['createWithResult.ends', 'activate.fetchVariables', 'throw.variables', 'keepAlive'])
