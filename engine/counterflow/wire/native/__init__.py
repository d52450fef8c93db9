"""Our own gRPC server, on asyncio over `http2`: calls with deadlines and statuses. There is one write per
turn of the event loop.
"""
