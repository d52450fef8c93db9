"""Scripts that are not executed in the engine: jobs for a worker of their language.

A stranger's script is never run in the server. Its job has the type `script.<language>` (`script.groovy`,
`script.javascript`, `script.python`), and in its headers the source (`script`) or the place where that is
kept (`resource`), the language (`scriptFormat`), and the variable for what it gives (`resultVariable`).
`workers/samples/scripts` has such workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import BPMN, text_of

JOB_TYPE: Final = "script."
"""Before the name of the language, in the type of a script's job."""
IN_THE_ENGINE: Final = frozenset({"feel", "juel"})
"""What is evaluated here, and is no job."""
UNNAMED: Final = "juel"
"""What a script is in that names no language, as in Activiti and Camunda 7."""

_SPELLINGS: Final[Mapping[str, str]] = {
    "js": "javascript", "ecmascript": "javascript", "nashorn": "javascript", "graal.js": "javascript",
    "text/javascript": "javascript", "application/javascript": "javascript",
    "py": "python", "jython": "python", "python3": "python", "text/x-python": "python",
    "rb": "ruby", "jruby": "ruby", "text/x-groovy": "groovy",
    "application/feel": "feel", "feel-scala": "feel",
    "http://www.omg.org/spec/feel/20140401": "feel", "https://www.omg.org/spec/dmn/20191111/feel/": "feel",
}  # fmt: skip
"""Other names of a language, as engines and the standard's media types have them."""


def language_of(text: str) -> str:
    """A language by one name, in lower case; empty where none is given."""
    name = text.strip().lower()
    return _SPELLINGS.get(name, name)


def script_language(element: Element) -> str:
    """The language of a script task."""
    return language_of(element.attribute("scriptFormat")) or UNNAMED


def script_source(element: Element) -> str:
    """The script of a script task; empty where there is none."""
    xml = element.xml.find(f"{{{BPMN}}}script")
    return text_of(xml) if xml is not None else ""


def script_headers(element: Element, resource: str = "", result_variable: str = "") -> dict[str, str]:
    """What its worker is told: the source, where that is kept, its language, where the result goes."""
    headers = {
        "script": script_source(element),
        "resource": resource,
        "scriptFormat": script_language(element),
        "resultVariable": result_variable,
    }
    return {name: text for name, text in headers.items() if text}
