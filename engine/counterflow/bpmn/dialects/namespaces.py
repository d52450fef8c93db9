"""The namespaces of the two dialects' extension elements."""

from __future__ import annotations

from typing import Final

ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"
