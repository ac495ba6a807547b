"""Reads the SQL of a model and names all that is not on the list of what its engine can run."""

import re
from collections.abc import Iterator
from typing import Any

import sqlglot
from engines import COMMON_NODES, FUNCTION_NODES, MANY, Engine
from sqlglot import exp
from sqlglot.tokens import Token, TokenType

# Words before a bracket that call nothing.
NOT_CALLS = frozenset(
    """all and as between by distinct else exists from having in is interval join like not on or over select then
    union when where with group""".split()
)
SELECT_PARTS = frozenset({"distinct", "expressions", "from_", "group", "having", "joins", "order", "where", "with_"})
WITH_FRAMES = (exp.AggFunc, exp.FirstValue, exp.LastValue, exp.NthValue)
WITHOUT_FRAMES = (exp.Rank, exp.DenseRank, exp.RowNumber, exp.Lag, exp.Lead)
REGULAR_EXPRESSIONS = frozenset({"regexp_like", "regexp_substr", "regexp_contains", "regexp_extract", "~"})
# Where an engine keeps a row.
HIDDEN_COLUMNS = frozenset({"ctid", "rowid", "oid", "xmin", "metadata$filename"})
TRUTH_VALUES = (exp.Predicate, exp.Connector, exp.Not, exp.Boolean)


def faults(sql: str, engine: Engine) -> list[str]:
    """Name what an engine is not known to run.

    Arguments:
        sql: one query.
        engine: its engine.

    Returns:
        A short sentence for each fault, none twice.

    """
    try:
        trees = sqlglot.parse(sql, read=engine.name)
    except sqlglot.errors.SqlglotError as error:
        return [f"cannot be parsed: {str(error).splitlines()[0]}"]
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        return ["is not one query"]
    found = [*written_faults(sql, engine), *built_faults(trees[0], engine)]
    return list(dict.fromkeys(found))


def written_faults(sql: str, engine: Engine) -> Iterator[str]:
    """Name faults of the words as they are written, which sqlglot's tree no longer has."""
    tokens = sqlglot.tokenize(sql, read=engine.name)
    for place, token in enumerate(tokens):
        text = token.text.lower()
        if token.token_type == TokenType.STRING:
            yield from literal_faults(sql[token.start : token.end + 1], engine)
        elif not re.match(r"[\w$]", text) and text not in engine.signs and token.token_type != TokenType.IDENTIFIER:
            yield f"has the sign {text}"
        elif text == "~":
            yield from pattern_faults(tokens[place + 1], engine)
        elif is_call(tokens, place):
            yield from call_faults(tokens, place, engine)


def calls(sql: str, engine: Engine) -> set[str]:
    """Give the names of the functions that a query calls."""
    tokens = sqlglot.tokenize(sql, read=engine.name)
    return {token.text.lower() for place, token in enumerate(tokens) if is_call(tokens, place)}


def literal_faults(literal: str, engine: Engine) -> Iterator[str]:
    """Name what a literal must not have; it comes with its quotes."""
    if engine.name == "bigquery" and ("\n" in literal or literal.startswith('"')):
        yield "has a literal with a line end or in double quotes"
    if engine.name == "redshift" and "\\" in literal:
        yield "has a backslash in a literal"


def is_call(tokens: list[Token], place: int) -> bool:
    """Tell whether a word calls a function."""
    token = tokens[place]
    is_followed = place + 1 < len(tokens) and tokens[place + 1].token_type == TokenType.L_PAREN
    is_word = token.token_type != TokenType.IDENTIFIER and re.match(r"[a-z_]", token.text.lower())
    return bool(is_followed and is_word) and token.text.lower() not in NOT_CALLS and not is_named(tokens, place)


def is_named(tokens: list[Token], place: int) -> bool:
    """Tell whether a word is the type behind `as`, such as numeric (18, 6), or the name of a CTE's columns."""
    return place > 0 and tokens[place - 1].text.lower() in ("as", "double")


def call_faults(tokens: list[Token], place: int, engine: Engine) -> Iterator[str]:
    """Name what is wrong with the call of a function."""
    name = tokens[place].text.lower()
    inner = call_tokens(tokens, place)
    # the frame or order of `string_agg(x, ', ' order by y)` is not an argument
    least, greatest = engine.functions.get(name, (0, -1))
    count = 0 if not inner else 1
    depth = 0
    for token in inner:
        depth += step(token)
        if depth == 0 and token.text.lower().startswith("order"):
            break
        count += depth == 0 and token.token_type == TokenType.COMMA
    if greatest < 0:
        yield f"calls {name}"
    elif not least <= count <= greatest and greatest != MANY:
        yield f"calls {name} with {count} arguments"
    words = {token.text.lower() for token in top_level(inner)}
    if words & {"from", "for"} and not (name == "trim" and engine.trims_by_keyword):
        yield f"calls {name} with a keyword"
    if words & {"filter", "separator", "ignore", "respect"}:
        yield f"calls {name} with a keyword"
    if name in ("cast", "safe_cast"):
        yield from type_faults(inner, engine)
    if name in REGULAR_EXPRESSIONS:
        yield from pattern_faults(second_argument(inner), engine)
    if engine.name == "redshift" and name == "split_part" and inner[-2].text == "-":
        yield "calls split_part from the end"


def step(token: Token) -> int:
    """Tell how much deeper in brackets one is behind a token."""
    opened, closed = (TokenType.L_PAREN, TokenType.L_BRACKET), (TokenType.R_PAREN, TokenType.R_BRACKET)
    return (token.token_type in opened) - (token.token_type in closed)


def call_tokens(tokens: list[Token], place: int) -> list[Token]:
    """Give what is between the brackets of a call."""
    depth = 0
    for end in range(place + 1, len(tokens)):
        depth += step(tokens[end])
        if depth == 0:
            return tokens[place + 2 : end]
    return tokens[place + 2 :]


def top_level(tokens: list[Token]) -> Iterator[Token]:
    """Leave out what is in further brackets."""
    depth = 0
    for token in tokens:
        before, depth = depth, depth + step(token)
        if before == depth == 0:
            yield token


def second_argument(tokens: list[Token]) -> Token:
    """Give the token behind the first comma, which is where a pattern begins."""
    depth = 0
    for place, token in enumerate(tokens):
        depth += step(token)
        if depth == 0 and token.token_type == TokenType.COMMA:
            return tokens[place + 1]
    return tokens[-1]


def pattern_faults(pattern: Token, engine: Engine) -> Iterator[str]:
    """Name what a regular expression must not have."""
    if pattern.token_type != TokenType.STRING:
        yield "has a regular expression that is no literal"
    for part in engine.forbidden_in_patterns:
        if part in pattern.text:
            yield f"has {part} in a regular expression"


def type_faults(inner: list[Token], engine: Engine) -> Iterator[str]:
    """Name a type that a value cannot be cast to; `inner` is all between the brackets of `cast`."""
    level = list(top_level(inner))
    place = max(number for number, token in enumerate(level) if token.text.lower() == "as")
    words = [token.text.lower() for token in level[place + 1 :] if re.match(r"\w", token.text)]
    name = " ".join(word for word in words if not word.isdigit())
    if name not in engine.types:
        yield f"casts to {name}"
    written = "".join(token.text.lower() for token in inner)
    sizes = re.search(r"as(numeric|bignumeric)\((\d+),(\d+)\)$", written)
    if sizes:
        precision, scale = int(sizes[2]), int(sizes[3])
        whole, fraction = {"bigquery": (29, 9)}.get(engine.name, (38, 37)) if sizes[1] == "numeric" else (38, 38)
        if scale > fraction or precision - scale > whole or (engine.name != "bigquery" and precision > 38):
            yield f"casts to {sizes[1]}({precision}, {scale})"
    elif name == "numeric" and engine.name != "bigquery":
        yield "casts to numeric without a size"


def built_faults(tree: exp.Expression, engine: Engine) -> Iterator[str]:
    """Name faults of how a query is built."""
    for node in tree.walk():
        allowed = (*COMMON_NODES, *engine.nodes)
        if not isinstance(node, allowed) and type(node).__name__ not in FUNCTION_NODES:
            yield f"has {type(node).__name__}"
        if isinstance(node, exp.Select):
            yield from select_faults(node, engine)
        elif isinstance(node, exp.Join):
            yield from join_faults(node, engine)
        elif isinstance(node, exp.Window):
            yield from window_faults(node, engine)
        elif isinstance(node, exp.Identifier):
            if not node.quoted and node.name.lower() in engine.reserved:
                yield f"has the reserved word {node.name} as a name"
            if node.name.lower() in HIDDEN_COLUMNS:
                yield f"has the hidden column {node.name}"
        elif isinstance(node, exp.Subquery | exp.Exists | exp.In):
            yield from correlation_faults(node)
        elif isinstance(node, exp.Sum | exp.Min | exp.Max) and isinstance(node.this.unnest(), TRUTH_VALUES):
            yield f"has a {type(node).__name__.lower()} of truth values"
        elif isinstance(node, exp.With) and node.recursive:
            yield "is recursive"
        elif isinstance(node, exp.GroupConcat) and engine.name == "bigquery":
            yield from (f"orders nulls {each.sql()}" for each in node.find_all(exp.Ordered) if says_nulls(each))


def select_faults(select: exp.Select, engine: Engine) -> Iterator[str]:
    """Name parts of a `select` that are not on the list."""
    parts = {name for name, value in select.args.items() if value}
    yield from (f"has {part}" for part in sorted(parts - SELECT_PARTS))
    if select.args.get("distinct") and select.args["distinct"].args.get("on"):
        yield "has distinct on"
    if engine.name == "bigquery":
        if "where" in parts and "from_" not in parts:
            yield "has a condition without a table"
        yield from alias_faults(select)
    group = select.args.get("group")
    if group and {name for name, value in group.args.items() if value} != {"expressions"}:
        yield "groups in another way than by expressions"
    for star in select.find_all(exp.Star):
        if any(value for value in star.args.values()):
            yield "leaves out or replaces columns of a star"


def alias_faults(select: exp.Select) -> Iterator[str]:
    """Name an alias that another expression of the same `select` reads, where no table can have the name."""
    known: set[str] = set()
    sources = [select.args.get("from_"), *select.args.get("joins", [])]
    for source in (source.this for source in sources if source):
        if not isinstance(source, exp.Subquery) or source.this.is_star:
            return
        known |= set(source.this.named_selects)
    for number, made in enumerate(select.expressions):
        for later in select.expressions[number + 1 :]:
            for column in later.find_all(exp.Column):
                if (
                    isinstance(made, exp.Alias)
                    and column.name == made.alias
                    and not column.table
                    and made.alias not in known
                ):
                    yield f"reads the alias {made.alias} where it is made"


def join_faults(join: exp.Join, engine: Engine) -> Iterator[str]:
    """Name kinds and conditions of joins that are not on the list."""
    if join.side not in ("", "LEFT", "FULL") or join.kind not in ("", "INNER", "CROSS", "OUTER"):
        yield f"has a join of kind {join.side} {join.kind}"
    if join.args.get("using") or join.args.get("method") or isinstance(join.this, exp.Lateral | exp.Unnest):
        yield "joins in another way than on a condition"
    condition = join.args.get("on")
    if not condition and join.kind != "CROSS":
        yield "joins without a condition"
    elif (engine.name == "bigquery" and join.side or join.side == "FULL") and not any(
        map(compares_tables, conjuncts(condition))
    ):
        yield "has an outer join that compares no two tables with ="


def conjuncts(condition: exp.Expression) -> list[exp.Expression]:
    """Give the parts of a condition that must all hold."""
    inner = condition.unnest()
    return [part.unnest() for part in inner.flatten()] if isinstance(inner, exp.And) else [inner]


def compares_tables(condition: exp.Expression) -> bool:
    """Tell whether a condition is an equation between columns of two tables."""
    if not isinstance(condition, exp.EQ):
        return False
    left, right = ({column.table for column in side.find_all(exp.Column)} for side in (condition.left, condition.right))
    return len(left) == len(right) == 1 and left != right


def window_faults(window: exp.Window, engine: Engine) -> Iterator[str]:
    """Name functions, frames and orders of a window that are not on the list."""
    frame, order, function = window.args.get("spec"), window.args.get("order"), window.this
    if not isinstance(function, (*WITH_FRAMES, *WITHOUT_FRAMES)):
        yield f"has {type(function).__name__} as a window"
    if frame and frame.args["kind"].upper() != "ROWS":
        yield f"has a frame of {frame.args['kind']}"
    if not isinstance(function, WITHOUT_FRAMES) and order and not frame:
        if engine.name == "redshift":
            yield "has a window with an order and no frame"
        if engine.name == "bigquery":
            yield from (f"orders nulls {each.sql()} in a range" for each in order.expressions if says_nulls(each))


def says_nulls(ordered: exp.Ordered) -> bool:
    """Tell whether nulls are wanted where BigQuery does not put them by itself: it has them first unless descending."""
    return bool(ordered.args.get("desc")) == bool(ordered.args.get("nulls_first"))


def correlation_faults(node: Any) -> Iterator[str]:
    """Name a query within a query that depends on the outer one, unless it asks `exists` and has an equation."""
    query = node.args.get("query") if isinstance(node, exp.In) else node.this
    query = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(query, exp.Select) or isinstance(node.parent, exp.From | exp.Join | exp.CTE):
        return
    own = {table.alias_or_name for table in query.find_all(exp.Table, exp.Subquery)}
    outer = [column for column in query.find_all(exp.Column) if column.table and column.table not in own]
    if outer:
        where = query.args.get("where")
        if not isinstance(node, exp.Exists) or not where or not any(map(compares_tables, conjuncts(where.this))):
            yield f"has a query that depends on {outer[0].table} in a way that is not on the list"
