"""Which parts of a compiled query a macro wrote: a fault in them is one of the macro, wherever it is called."""

import re
from collections.abc import Iterator
from typing import Any

from operators import parse
from sqlglot import exp
from sqlglot.errors import SqlglotError

CALLED = "__macro__"
RELATION = re.compile(r"\{\{\s*(?:ref|source)\((?:[^)]*,)?\s*'(\w+)'\s*\)\s*\}\}")
# words that a file writes in several places
TEXT_VARIABLE = re.compile(r'\{%-?\s*set (\w+) = "([^"]*)"\s*-?%\}')
# a call that writes a whole query
QUERY = re.compile(r"(\(\s*|union all\s*)\{\{(?:(?!\}\}).)*\}\}(?=\s*(?:\)|union all))", re.DOTALL)


def nodes_of_macros(query: exp.Expression, source: str) -> set[int]:
    """Give the ids of all nodes of a query that stand where its source calls a macro.

    Arguments:
        query: what dbt compiled, parsed.
        source: the model's file; what is said there in words counts as written, also in a macro's arguments.

    Returns:
        The ids; of a step that is more Jinja than SQL none.

    """
    text = RELATION.sub(r'"\1"', source)
    for name, words in TEXT_VARIABLE.findall(source):
        text = text.replace(f"{{{{ {name} }}}}", words)
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{ 'union all' if not loop.last \}\}", " ", text, flags=re.DOTALL)
    words = plain(source)
    return {
        id(node)
        for written, compiled in _pairs(text, query)
        for part in _beneath_calls(written, compiled)
        for node in part.walk()
        if not (isinstance(node, exp.Binary) and plain(node.sql(dialect="duckdb")) in words)
    }


def _pairs(text: str, query: exp.Expression) -> Iterator[tuple[exp.Expression, exp.Expression]]:
    """Give what is written beside what came of it: the whole, or step by step if the whole cannot be read."""
    try:
        yield _without_calls(text), query
        return
    except SqlglotError:
        pass
    for step in query.find_all(exp.CTE):
        written = re.search(rf"^{step.alias} as \(\n(.*?)^\)", text, re.DOTALL | re.MULTILINE)
        if not written:
            yield exp.column(CALLED), step.this
            continue
        try:
            yield _without_calls(QUERY.sub(rf"\1 select {CALLED} ", f"({written[1]})")).unnest(), step.this
        except SqlglotError:
            continue


def _without_calls(text: str) -> exp.Expression:
    return parse(re.sub(r"\{\{.*?\}\}", CALLED, text, flags=re.DOTALL))


def plain(words: str) -> str:
    """Leave out what makes no difference between two ways to write SQL."""
    return re.sub(r"[\s()]+", "", words).lower()


def _beneath_calls(written: exp.Expression, compiled: exp.Expression) -> Iterator[exp.Expression]:
    if _is_call(written) or (
        isinstance(written, exp.Select) and [_is_call(part) for part in written.selects] == [True]
    ):
        yield compiled
    elif isinstance(written, exp.Select) and isinstance(compiled, exp.Union):
        # what is written once in a loop
        for branch in (compiled.this, compiled.expression):
            yield from _beneath_calls(written, branch)
    elif type(written) is type(compiled):
        for key, value in written.args.items():
            pair = [side if isinstance(side, list) else [side] for side in (value, compiled.args.get(key))]
            for one, other in _side_by_side(*pair):
                if isinstance(one, exp.Expression) and isinstance(other, exp.Expression):
                    yield from _beneath_calls(one, other)


def _side_by_side(written: list[Any], compiled: list[Any]) -> Iterator[tuple[Any, Any]]:
    if len(written) == len(compiled):
        yield from zip(written, compiled, strict=True)
    elif any(_is_call(part) for part in written):
        # one call wrote several columns: those of a name that is not written
        names = {part.alias_or_name: part for part in written}
        yield from ((names.get(part.alias_or_name, exp.column(CALLED)), part) for part in compiled)


def _is_call(written: exp.Expression) -> bool:
    return isinstance(written, exp.Column) and written.name == CALLED
