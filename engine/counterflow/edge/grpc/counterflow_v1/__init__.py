"""The calls of `counterflow.v1.Counterflow`: what people ask of the engine."""
