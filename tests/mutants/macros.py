"""Which parts of a compiled query a macro wrote: a fault in them is one of the macro, wherever it is called."""

import re
from collections.abc import Iterator

from operators import parse
from sqlglot import exp
from sqlglot.errors import SqlglotError

CALLED = "__macro__"
RELATION = re.compile(r"\{\{\s*(?:ref|source)\((?:[^)]*,)?\s*'(\w+)'\s*\)\s*\}\}")


def nodes_of_macros(query: exp.Expression, source: str) -> set[int]:
    """Give the ids of all nodes of a query that stand where its source calls a macro.

    Arguments:
        query: what dbt compiled, parsed.
        source: the model's file; what is said there in words counts as written, also in a macro's arguments.

    Returns:
        The ids; none if the file is more Jinja than SQL.

    """
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", RELATION.sub(r'"\1"', source), flags=re.DOTALL)
    try:
        written = parse(re.sub(r"\{\{.*?\}\}", CALLED, text, flags=re.DOTALL))
    except SqlglotError:
        return set()
    words = plain(source)
    return {
        id(node)
        for part in _beneath_calls(written, query)
        for node in part.walk()
        if not (isinstance(node, exp.Binary) and plain(node.sql(dialect="duckdb")) in words)
    }


def plain(words: str) -> str:
    """Leave out what makes no difference between two ways to write SQL."""
    return re.sub(r"[\s()]+", "", words).lower()


def _beneath_calls(written: exp.Expression, compiled: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(written, exp.Column) and written.name == CALLED:
        yield compiled
    elif type(written) is type(compiled):
        for key, value in written.args.items():
            pair = [side if isinstance(side, list) else [side] for side in (value, compiled.args.get(key))]
            if len(pair[0]) == len(pair[1]):
                for one, other in zip(*pair, strict=True):
                    if isinstance(one, exp.Expression) and isinstance(other, exp.Expression):
                        yield from _beneath_calls(one, other)
