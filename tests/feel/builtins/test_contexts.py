"""Built-in functions of contexts."""

import pytest

from tests.feel.tables import answer, cases


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        get value({a: 1}, "a")                                  => 1
        get value({a: 1}, "b")                                  => null
        get value(m: {a: 1}, key: "a")                          => 1
        get value({a: {b: 1}}, ["a", "b"])                      => 1
        get value({a: {b: 1}}, ["a", "c"])                      => null
        get value(1, "a")                                       => null
        get entries({a: 1, b: 2})                               => [{key: "a", value: 1}, {key: "b", value: 2}]
        get entries({a: 1, b: 2}).key                           => ["a", "b"]
        context([{key: "a", value: 1}])                         => {a: 1}
        context([{key: "a", value: 1}, {key: "a", value: 2}])   => null
        context([{key: 1, value: 1}])                           => null
        context([{key: "a"}])                                   => null
        context(get entries({a: 1}))                            => {a: 1}
        context put({a: 1}, "b", 2)                             => {a: 1, b: 2}
        context put({a: 1, b: 2}, "a", 3)                       => {a: 3, b: 2}
        context put({a: {b: 1}}, ["a", "b"], 2)                 => {a: {b: 2}}
        context put({}, ["a", "b"], 2)                          => {a: {b: 2}}
        context put({a: 1}, [], 2)                              => null
        context put({a: 1}, 1, 2)                               => null
        context merge([{a: 1}, {b: 2}])                         => {a: 1, b: 2}
        context merge({a: 1}, {a: 2})                           => {a: 2}
        context merge([{a: 1}, 2])                              => null
        # the original stays as it was
        {a: {b: 1}, c: context put(a, "b", 2)}                  => {a: {b: 1}, c: {b: 2}}
    """),
)
def test_contexts(text: str, expected: str) -> None:
    assert answer(text) == expected
