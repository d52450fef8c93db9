"""Our own gRPC server, on asyncio over `http2`: calls with deadlines and statuses, one write per turn of the
event loop.
"""
