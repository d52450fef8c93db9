"""The operations of `/v2`, as published clients call them; each asks the same service that gRPC asks."""
