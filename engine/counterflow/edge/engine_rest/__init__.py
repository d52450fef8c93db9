"""What workers of Camunda 7 call under `/engine-rest`, answered by the same service that gRPC asks."""
