"""The namespaces of extension elements: the two dialects', and those that say the same as one of them."""

from __future__ import annotations

from typing import Final

ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"
OPERATON: Final = "http://operaton.org/schema/1.0/bpmn"
ACTIVITI: Final = "http://activiti.org/bpmn"
FLOWABLE: Final = "http://flowable.org/bpmn"
MODELER: Final = "http://camunda.org/schema/modeler/1.0"
