"""What can be wrong in one place of a query: the smallest faults a person makes, one at a time."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import sqlglot
from sqlglot import exp

FIXTURE = "__dbt__cte__"
BOUNDS = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT, exp.EQ: exp.NEQ, exp.NEQ: exp.EQ}
AGGREGATES = {exp.Min: exp.Max, exp.Max: exp.Min, exp.Sum: exp.Max}
NEIGHBOURS = {
    exp.Lag: exp.Lead,
    exp.Lead: exp.Lag,
    exp.FirstValue: exp.LastValue,
    exp.LastValue: exp.FirstValue,
    exp.ArgMin: exp.ArgMax,
    exp.ArgMax: exp.ArgMin,
}
# columns, which differ between two calls of a macro
NAMES = re.compile(r"(?:\"?\b[a-z_]+\b\"?\.)*\"?\b[a-z_]+\b\"?")
# nor do a macro's sentences matter
TEXTS = re.compile(r"'([^']*)'")
# what is too long to be shown
WHOLE = (exp.Select, exp.CTE, exp.Union, exp.With, exp.Subquery, type(None))


@dataclass(frozen=True)
class Mutation:
    """One change of one place: `holder.args[key]` becomes `value`."""

    operator: str
    cte: str
    before: str
    after: str
    holder: exp.Expression
    key: str
    value: Any
    is_of_macro: bool

    @contextmanager
    def made(self) -> Iterator[None]:
        """Make the change, and take it back afterwards."""
        kept = self.holder.args.get(self.key)
        self.holder.args[self.key] = self.value
        try:
            yield
        finally:
            self.holder.args[self.key] = kept


def parse(sql: str) -> exp.Expression:
    """Read a query of DuckDB's dialect."""
    return sqlglot.parse_one(sql, dialect="duckdb")


def text(node: exp.Expression) -> str:
    """Write a query, or part of it, without comments."""
    return node.sql(dialect="duckdb", comments=False)


def mutations(query: exp.Expression, of_macros: Collection[int] = ()) -> list[Mutation]:
    """List every change of a query, in the order in which the query is read.

    Arguments:
        query: a parsed query without fixtures, see `parse`.
        of_macros: ids of the nodes that a macro wrote.

    Returns:
        The changes. Those of two queries that differ in names and literals only have one order.

    """
    found = []
    for node in query.walk(bfs=False):
        cte = node.find_ancestor(exp.CTE)
        of_macro = id(node) in of_macros
        where = "" if of_macro else cte.alias if cte else ""
        for operator, holder, key, value in _changes(node):
            shown = _context(node, holder)
            change = Mutation(operator, where, "", "", holder, key, value, of_macro)
            before = _short(shown)
            with change.made():
                after = _short(shown if shown is not node or shown is holder else _at(change, node))
            if after == before:
                continue
            if of_macro:
                before, after = _whatever_arguments(before), _whatever_arguments(after)
            found.append(replace(change, before=before, after=after))
    return found


def _changes(node: exp.Expression) -> Iterator[tuple[str, exp.Expression, str, Any]]:
    """Give for one node: operator, holder, key, new value."""
    kind = type(node)
    if kind in BOUNDS and not (kind is exp.EQ and isinstance(node.parent, exp.PropertyEQ)):
        yield _instead("bound", node, BOUNDS[kind](**_parts(node)))
    if kind in (exp.And, exp.Or):
        other = exp.Or if kind is exp.And else exp.And
        yield _instead("and/or", node, other(**{side: _grouped(part) for side, part in _parts(node).items()}))
        yield _instead("condition dropped", node, node.this)
        yield _instead("condition dropped", node, node.expression)
    if kind is exp.Not:
        yield _instead("not", node, node.this)
    if kind in (exp.Add, exp.Sub):
        other = exp.Sub if kind is exp.Add else exp.Add
        yield _instead("sign", node, other(**_parts(node)))
    if kind in AGGREGATES:
        yield _instead("aggregate", node, AGGREGATES[kind](**_parts(node)))
    if kind is exp.Count and isinstance(node.this, exp.Distinct):
        yield _instead("aggregate", node, exp.Count(this=node.this.expressions[0].copy()))
    if kind in NEIGHBOURS:
        yield _instead("neighbour", node, NEIGHBOURS[kind](**_parts(node)))
    if kind is exp.Ordered:
        yield "order", node, "desc", not node.args.get("desc")
    if kind is exp.Window and node.args.get("partition_by"):
        for column in node.args["partition_by"]:
            rest = [other for other in node.args["partition_by"] if other is not column]
            yield "partition", node, "partition_by", rest
    if kind is exp.Union:
        yield "union", node, "distinct", not node.args.get("distinct")
    if kind is exp.Join and not node.args.get("kind") == "CROSS" and node.args.get("on"):
        other = node.copy()
        other.set("side", None if node.side == "LEFT" else "LEFT")
        other.set("kind", None)
        yield _instead("join", node, other)
    if kind in (exp.Where, exp.Having, exp.Qualify):
        yield "condition dropped", node.parent, node.arg_key, None
    if kind is exp.Filter:
        yield _instead("condition dropped", node, node.this)
    if kind is exp.Case and len(node.args["ifs"]) > 1:
        for branch in node.args["ifs"]:
            yield "branch dropped", node, "ifs", [other for other in node.args["ifs"] if other is not branch]
    if kind is exp.Coalesce and node.expressions:
        yield _instead("default dropped", node, node.this)
    if kind is exp.Distinct and isinstance(node.parent, exp.Select):
        yield "distinct dropped", node.parent, "distinct", None
    if kind is exp.Boolean:
        yield _instead("constant", node, exp.Boolean(this=not node.this))
    if kind is exp.Literal and not node.find_ancestor(exp.DataType) and _is_whole(node):
        for step in (1, -1):
            number = str(int(node.this) + step)
            yield _instead("constant", node, exp.Literal(this=number, is_string=node.is_string))


def _instead(operator: str, node: exp.Expression, new: exp.Expression) -> tuple[str, exp.Expression, str, Any]:
    holder, key = node.parent, node.arg_key
    value = new
    if node.index is not None:
        value = list(holder.args[key])
        value[node.index] = new
    return operator, holder, key, value


def _context(node: exp.Expression, holder: exp.Expression) -> exp.Expression:
    """Give the part of the query that shows where a change is: a few words."""
    shown = node if isinstance(holder, WHOLE) else holder
    while len(text(shown)) < 25 and not isinstance(shown.parent, WHOLE):
        shown = shown.parent
    return shown


def _at(change: Mutation, node: exp.Expression) -> exp.Expression | None:
    value = change.value
    return value[node.index] if isinstance(value, list) and node.index is not None else value


def _parts(node: exp.Expression) -> dict[str, Any]:
    # a new node would become the parent of what it is given
    return node.copy().args


def _grouped(node: exp.Expression) -> exp.Expression:
    return exp.Paren(this=node) if isinstance(node, exp.And | exp.Or) else node


def _is_whole(node: exp.Literal) -> bool:
    # an interval's number is a text
    of_interval = isinstance(node.parent, exp.Interval)
    return node.this.isdigit() and len(node.this) < 10 and (of_interval or not node.is_string)


def _whatever_arguments(words: str) -> str:
    words, more = NAMES.sub("_", TEXTS.sub(lambda text: "'_'" if re.search("[a-z]", text[1]) else text[0], words)), True
    while more:
        words, more = re.subn(r"\(_ [-*+/] _\)|_ [-*+/] _|\(_\)(?! AS)", "_", words)
    return words


def _short(node: exp.Expression | None) -> str:
    words = text(node).replace(FIXTURE, "").replace('"lead_scoring".', "").replace('"main".', "") if node else ""
    return " ".join(words.split())
