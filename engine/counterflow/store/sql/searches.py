"""What is searched for, as the text of a query and its parameters, in words that every database understands.

Names of tables and columns are those of our rows; whatever somebody asked for is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from counterflow.kernel.row import Row
from counterflow.store.searching import (
    MEMBER,
    Alike,
    All,
    Among,
    Chosen,
    Condition,
    Count,
    Field,
    Given,
    Has,
    Is,
    Member,
    Missing,
    Not,
    OneOf,
    Question,
    Search,
    SearchSource,
    SortColumn,
    Value,
    alike_parts,
)
from counterflow.store.sql.dialects import DatabaseKind

Parameters = tuple[int | str | None, ...]


class QueryText:
    """One question as it is written: its text grows, and its parameters in the same order."""

    def __init__(self, dialect: DatabaseKind) -> None:
        self._dialect = dialect
        self._mark = dialect.parameter
        self.parameters: list[int | str | None] = []

    def text(self, question: Question) -> str:
        """The whole query."""
        if isinstance(question, Search):
            return self._search(question)
        if isinstance(question, Count):
            inner = f"SELECT 1 {self._from(question.source, 0)} WHERE {self._where(question, 0)}"
            return f"SELECT count(*) FROM ({inner} LIMIT {self._parameter(question.most)}) AS found"
        names = [self._column(question.source, name, 0) for name in question.by]
        inner = f"{self._from(question.source, 0)} WHERE {self._where(question, 0)}"
        by = ", ".join(names)
        return f"SELECT {by}, count(*) {inner} GROUP BY {by} LIMIT {self._parameter(question.most)}"

    def _search(self, search: Search) -> str:
        source = search.source
        columns = ", ".join(self._column(source, name, 0) for name in source.columns)
        text = f"SELECT {columns} {self._from(source, 0)} WHERE {self._where(search, 0)}"
        if search.after is not None:
            text += f" AND {self._behind(source, search.order, search.after)}"
        order = ", ".join(
            f"{self._column(source, column.column, 0)} "
            + ("DESC NULLS LAST" if column.is_descending else "ASC NULLS FIRST")
            if self._may_be_missing(source, column.column)
            else f"{self._column(source, column.column, 0)} {'DESC' if column.is_descending else 'ASC'}"
            for column in search.order
        )
        by = f" ORDER BY {order}" if order else ""
        return f"{text}{by} LIMIT {self._parameter(search.limit)}"

    def _where(self, question: Question, depth: int) -> str:
        return self._condition(question.where, question.source, depth)

    def _from(self, source: SearchSource, depth: int) -> str:
        joins = "".join(
            f" LEFT JOIN {join.table.table} AS {join.name}{depth} ON "
            + " AND ".join(
                f"{join.name}{depth}.{field} = {_at(path, depth)}" for field, path in join.equal.items()
            )
            for join in source.joins
        )
        return f"FROM {source.table.table} AS it{depth}{joins}"

    def _may_be_missing(self, source: SearchSource, name: str) -> bool:
        column = source.columns[name]
        fields = (f"it.{name}" for name in source.table.key_fields)
        return not (isinstance(column, Field) and column.path in fields)

    def _column(self, source: SearchSource, name: str, depth: int) -> str:
        column = source.columns[name]
        if isinstance(column, Field):
            return self._dialect.forms[column.form].format(_at(column.path, depth))
        if isinstance(column, Given):
            return "NULL" if column.value is None else self._parameter(column.value)
        if isinstance(column, Chosen):
            if not column.values:
                return "NULL"
            paths = [_at(path, depth) for path in column.paths]
            cases = " ".join(
                f"WHEN {self._equal_to(paths, known)} THEN {self._parameter(text)}"
                for known, text in column.values.items()
            )
            return f"CASE {cases} END"
        return f"CASE WHEN {self._condition(column.condition, source, depth)} THEN 1 ELSE 0 END"

    def _equal_to(self, paths: Iterable[str], values: Iterable[int | str]) -> str:
        pairs = zip(paths, values, strict=True)
        return " AND ".join(f"{path} = {self._parameter(value)}" for path, value in pairs)

    def _condition(self, condition: Condition, source: SearchSource, depth: int) -> str:
        match condition:
            case Is(column, comparison, value):
                named = self._compared(source, column, (value,) if comparison == "=" else (), depth)
                return f"{named} {comparison} {self._parameter(value)}"
            case Among(column, values):
                if not values:
                    return "FALSE"
                named = self._compared(source, column, values, depth)
                return f"{named} IN ({', '.join(map(self._parameter, values))})"
            case Member(column, inner):
                members = self._dialect.members.format(self._column(source, column, depth), depth)
                return f"EXISTS (SELECT 1 FROM {members} WHERE {self._member(inner, depth)})"
            case Alike(column, pattern):
                named = self._column(source, column, depth)
                return f"{named} GLOB {self._parameter(_glob(pattern))}"
            case Missing(column):
                return f"{self._column(source, column, depth)} IS NULL"
            case Not(inner):
                return f"({self._condition(inner, source, depth)}) IS NOT TRUE"
            case All(several):
                return self._joined(" AND ", several, source, depth) or "TRUE"
            case OneOf(several):
                return self._joined(" OR ", several, source, depth) or "FALSE"
        return self._has(condition, source, depth)

    def _compared(self, source: SearchSource, name: str, values: tuple[int | str, ...], depth: int) -> str:
        """A column that is equal to one of these: where they are filled, so is it, and an index has it."""
        column = source.columns[name]
        if isinstance(column, Field) and column.form == "filled" and values and all(values):
            path = _at(column.path, depth)
            return f"{path} <> 0 AND {path}" if isinstance(values[0], int) else path
        return self._column(source, name, depth)

    def _member(self, condition: Condition, depth: int) -> str:
        return self._condition(condition, SearchSource(Row, (), {MEMBER: Field(f"member.{MEMBER}")}), depth)

    def _joined(self, word: str, conditions: Iterable[Condition], source: SearchSource, depth: int) -> str:
        texts = [self._condition(condition, source, depth) for condition in conditions]
        return _balanced(word, texts) if texts else ""

    def _has(self, has: Has, outer: SearchSource, depth: int) -> str:
        inner = depth + 1
        equal = "".join(
            f" AND {self._column(has.source, mine, inner)} = {self._column(outer, theirs, depth)}"
            for mine, theirs in has.equal.items()
        )
        where = self._condition(has.where, has.source, inner)
        # the equal columns hold no parameters, so their place among these does not matter
        return f"EXISTS (SELECT 1 {self._from(has.source, inner)} WHERE {where}{equal})"

    def _behind(self, source: SearchSource, order: tuple[SortColumn, ...], after: tuple[Value, ...]) -> str:
        """Behind a place: behind it in the first column, or equal there and behind in the next ones.

        What the first column is at least is said as well, so that an index over it is begun there.
        """
        first, value = order[0], after[0]
        if len(order) == 1:
            return self._beyond(source, first, value)
        texts = []
        if value is not None and not first.is_descending:
            texts.append(f"{self._column(source, first.column, 0)} >= {self._parameter(value)}")
        elif value is not None and not self._may_be_missing(source, first.column):
            texts.append(f"{self._column(source, first.column, 0)} <= {self._parameter(value)}")
        beyond = self._beyond(source, first, value)
        same = self._same(source, first.column, value)
        texts.append(f"({beyond} OR ({same} AND {self._behind(source, order[1:], after[1:])}))")
        return f"({' AND '.join(texts)})"

    def _beyond(self, source: SearchSource, order: SortColumn, value: Value) -> str:
        if value is None:
            if order.is_descending:
                return "FALSE"
            return f"{self._column(source, order.column, 0)} IS NOT NULL"
        if not order.is_descending:
            return f"{self._column(source, order.column, 0)} > {self._parameter(value)}"
        text = f"{self._column(source, order.column, 0)} < {self._parameter(value)}"
        if self._may_be_missing(source, order.column):
            return f"({text} OR {self._column(source, order.column, 0)} IS NULL)"
        return text

    def _same(self, source: SearchSource, column: str, value: Value) -> str:
        if value is None:
            return f"{self._column(source, column, 0)} IS NULL"
        return f"{self._column(source, column, 0)} = {self._parameter(value)}"

    def _parameter(self, value: Value) -> str:
        self.parameters.append(value)
        return self._mark


def query_of(dialect: DatabaseKind, question: Question) -> tuple[str, Parameters]:
    """A question as text and parameters."""
    written = QueryText(dialect)
    text = written.text(question)
    return text, tuple(written.parameters)


def _at(path: str, depth: int) -> str:
    name, _, field = path.partition(".")
    return f"{name}{depth}.{field}"


def _glob(pattern: str) -> str:
    """A pattern as GLOB has it, where brackets are special as well, and hold what is meant as it stands."""
    return "".join(
        "*" if part is None else "?" if not part else f"[{part}]" if part in "*?[" else part
        for part in alike_parts(pattern)
    )


def _balanced(word: str, texts: Sequence[str]) -> str:
    """Joined in halves of halves: SQLite refuses conditions that are deeper than 1,000."""
    if len(texts) == 1:
        return f"({texts[0]})"
    half = len(texts) // 2
    return f"({_balanced(word, texts[:half])}{word}{_balanced(word, texts[half:])})"
