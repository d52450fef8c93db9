"""The operations of `/v2`, as published clients call them over HTTP; each asks the same service that gRPC
asks.
"""
