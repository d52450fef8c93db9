"""A gRPC server over `http2`: methods by path, calls with deadlines and statuses, health and reflection. Knows nothing of the engine."""
