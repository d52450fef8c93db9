"""The network side of the engine: gRPC in and out, a file per family of calls (docs: the gateway
contract).
"""
