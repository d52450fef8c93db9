"""HTTP/2, the server's half, without a socket: bytes in, events out, bytes to send (RFC 9113). Knows nothing
of gRPC or the engine.
"""
