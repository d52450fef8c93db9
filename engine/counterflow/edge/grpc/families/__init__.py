"""The calls of `gateway_protocol.Gateway`, by what they are about."""
