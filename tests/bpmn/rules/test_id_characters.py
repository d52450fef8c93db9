"""The rule `id-characters`: an id has no control characters; blanks and others than the schema's are as good as any."""

import pytest

from counterflow.bpmn.rules.id_characters import RULE
from counterflow.testing import Engine
from tests.bpmn.diagram import end, model, path, reading, refused, service, start


@pytest.mark.parametrize("odd", ["a\nb", "a\tb", "\x85", "a\u200bb", "a\u202eb"])
def test_what_does_not_show_is_refused(odd: str) -> None:
    content = model(start(), service("ODD"), end(), path("start", "ODD", "end"))
    written = "".join(character if character.isprintable() else f"&#{ord(character)};" for character in odd)
    content = content.replace(b"ODD", written.encode())
    assert odd in refused(content, RULE)
    (finding, *_) = [finding for finding in reading(content).findings if finding.rule == RULE]
    assert ascii(odd) in finding.message
    assert odd not in finding.message


@pytest.mark.parametrize("odd", ["pack it", "1st", "a/b", "a:b", "größe", "packen & senden", "a#b", "#"])
def test_what_the_schema_forbids_besides_is_an_id_like_any_other(odd: str) -> None:
    content = model(start(), service(odd), end(), path("start", odd, "end"))
    engine = Engine()
    engine.deploy_contents({"model.bpmn": content})
    for key in (engine.start("process"), engine.start("process", at=[odd])):
        engine.restart()
        engine.complete(odd)
        assert engine.is_completed(key)
