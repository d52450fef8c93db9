"""The `camunda:` dialect, of Camunda 7: its extension elements, and JUEL, its language."""
