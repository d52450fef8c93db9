"""gRPC in and out: it translates what is asked and what is answered, and does nothing by itself.

A file per family of calls (docs: the gateway contract); what is asked of is the service.
"""
