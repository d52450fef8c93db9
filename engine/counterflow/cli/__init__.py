"""The command line: it starts a server, and talks to one over gRPC as any client does.

It never opens a database.

Data goes to stdout, words to stderr; `--json` makes the data JSON. A failure is one sentence and an exit code
(`exits.py`). gRPC, rich and the model reader are imported when a command needs them: `counterflow --help`
should not wait for what it will not use.
"""
