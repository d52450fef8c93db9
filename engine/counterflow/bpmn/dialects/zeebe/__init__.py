"""The `zeebe:` dialect, of Camunda 8: its extension elements."""
