"""The network side of the engine: a folder for each way in."""
