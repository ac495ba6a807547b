"""What an engine has, as far as the models need it and somebody has read up on it: a list of what is allowed."""

from dataclasses import dataclass

from sqlglot import exp

MANY = 99
# Functions by the least and the greatest number of arguments; the keywords of a call are looked at elsewhere.
COMMON_FUNCTIONS = {
    "abs": (1, 1),
    "cast": (1, 1),
    "coalesce": (1, MANY),
    "count": (1, 1),
    "first_value": (1, 1),
    "floor": (1, 1),
    "greatest": (2, MANY),
    "lag": (1, 2),
    "lead": (1, 1),
    "least": (2, MANY),
    "length": (1, 1),
    "ln": (1, 1),
    "lower": (1, 1),
    "max": (1, 1),
    "md5": (1, 1),
    "min": (1, 1),
    "mod": (2, 2),
    "nullif": (2, 2),
    "power": (2, 2),
    "rank": (0, 0),
    "replace": (3, 3),
    "round": (1, 2),
    "row_number": (0, 0),
    "sqrt": (1, 1),
    "substring": (2, 3),
    "sum": (1, 1),
    "translate": (3, 3),
    "upper": (1, 1),
}
SNOWFLAKE_FUNCTIONS = COMMON_FUNCTIONS | {
    "as_date": (1, 1),
    "as_timestamp_ltz": (1, 1),
    "as_timestamp_ntz": (1, 1),
    "as_timestamp_tz": (1, 1),
    "convert_timezone": (2, 3),
    "date_trunc": (2, 2),
    "dateadd": (3, 3),
    "datediff": (3, 3),
    "get": (2, 2),
    "greatest_ignore_nulls": (2, MANY),
    "is_date": (1, 1),
    "is_varchar": (1, 1),
    "least_ignore_nulls": (2, MANY),
    "listagg": (1, 2),
    "ltrim": (1, 2),
    "position": (1, 1),
    "regexp_like": (2, 3),
    "regexp_substr": (2, 6),
    "rtrim": (1, 2),
    "split_part": (3, 3),
    "system$typeof": (1, 1),
    "to_json": (1, 1),
    "to_varchar": (1, 2),
    "to_variant": (1, 1),
    "trim": (1, 2),
    "try_parse_json": (1, 1),
    "try_to_decimal": (1, 4),
}
BIGQUERY_FUNCTIONS = COMMON_FUNCTIONS | {
    "array_reverse": (1, 1),
    "datetime": (1, 2),
    "datetime_add": (2, 2),
    "div": (2, 2),
    "format": (2, MANY),
    "json_query": (2, 2),
    "json_query_array": (1, 2),
    "json_value": (1, 2),
    "ltrim": (1, 2),
    "regexp_contains": (2, 2),
    "regexp_extract": (2, 4),
    "rtrim": (1, 2),
    "safe_cast": (1, 1),
    "safe_ordinal": (1, 1),
    "split": (1, 2),
    "starts_with": (2, 2),
    "string_agg": (1, 2),
    "strpos": (2, 2),
    "timestamp": (1, 2),
    "timestamp_add": (2, 2),
    "timestamp_diff": (3, 3),
    "timestamp_trunc": (2, 3),
    "to_hex": (1, 1),
    "to_json_string": (1, 2),
    "trim": (1, 2),
}
REDSHIFT_FUNCTIONS = COMMON_FUNCTIONS | {
    "btrim": (1, 2),
    "chr": (1, 1),
    "convert_timezone": (2, 3),
    "date_trunc": (2, 2),
    "dateadd": (3, 3),
    "datediff": (3, 3),
    "is_varchar": (1, 1),
    "json_extract_array_element_text": (2, 3),
    "json_extract_path_text": (2, MANY),
    "json_serialize": (1, 1),
    "listagg": (1, 2),
    "position": (1, 1),
    "regexp_substr": (2, 5),
    "reverse": (1, 1),
    "right": (2, 2),
    "split_part": (3, 3),
    "trim": (1, 1),
}

# Parts of a query that mean the same everywhere. What sqlglot makes of a function is not here: calls are looked at
# as they are written, since it reads `strpos` and `position` as one.
COMMON_NODES = (
    exp.Add,
    exp.Alias,
    exp.Between,
    exp.Boolean,
    exp.Column,
    exp.CTE,
    exp.DataType,
    exp.DataTypeParam,
    exp.Distinct,
    exp.Div,
    exp.DPipe,
    exp.EQ,
    exp.From,
    exp.GT,
    exp.GTE,
    exp.Group,
    exp.Having,
    exp.Identifier,
    exp.In,
    exp.Is,
    exp.Join,
    exp.LT,
    exp.LTE,
    exp.Like,
    exp.Literal,
    exp.Mod,
    exp.Mul,
    exp.NEQ,
    exp.Neg,
    exp.Not,
    exp.Null,
    exp.Order,
    exp.Ordered,
    exp.Paren,
    exp.Select,
    exp.Star,
    exp.Sub,
    exp.Subquery,
    exp.Table,
    exp.TableAlias,
    exp.Union,
    exp.Var,
    exp.Where,
    exp.Window,
    exp.WindowSpec,
    exp.With,
)
# What sqlglot calls functions, on any of the engines; `array[1]` and `current_date` are some that nobody calls.
FUNCTION_NODES = frozenset(
    """Abs And Anonymous ArrayReverse Case Cast Chr Coalesce ConvertTimezone Count DateAdd DateDiff Datetime DatetimeAdd
    Exists FirstValue Floor Format GetExtract Greatest GroupConcat If JSONExtract JSONExtractArray JSONExtractScalar
    JSONFormat Lag Lead Least Length Ln Lower LowerHex MD5 MD5Digest Max Min Nullif Or ParseJSON Pow Rank RegexpExtract
    RegexpLike Replace Reverse Right Round RowNumber Split SplitPart Sqrt StartsWith StrPosition Substring Sum Timestamp
    TimestampAdd TimestampDiff TimestampTrunc ToChar ToNumber ToVariant Translate Trim TryCast TsOrDsAdd TsOrDsDiff
    TsOrDsToDatetime Upper""".split()
)
SIGNS = frozenset("( ) , . * + - / || = <> < <= > >=".split())
INTEGERS = frozenset({"int", "integer", "bigint"})


@dataclass(frozen=True)
class Engine:
    """An engine's own words, and what it asks of a query.

    Attributes:
        name: as dbt and sqlglot call it.
        functions: by name, how many arguments they take.
        types: that a value can be cast to, without their parameters.
        nodes: parts of a query beyond those that mean the same everywhere.
        signs: operators and brackets.
        trims_by_keyword: whether `trim(trailing '0' from text)` is understood.
        forbidden_in_patterns: what a regular expression must not have.
        reserved: words that are no names unless quoted.

    """

    name: str
    functions: dict[str, tuple[int, int]]
    types: frozenset[str]
    nodes: tuple[type[exp.Expression], ...]
    reserved: frozenset[str]
    signs: frozenset[str] = SIGNS
    trims_by_keyword: bool = False
    forbidden_in_patterns: tuple[str, ...] = ("(?", "\\")


SNOWFLAKE = Engine(
    "snowflake",
    SNOWFLAKE_FUNCTIONS,
    INTEGERS | {"text", "varchar", "numeric", "double precision", "boolean", "date", "timestamp", "timestamp_ntz"},
    (exp.Escape, exp.NullSafeEQ, exp.NullSafeNEQ, exp.WithinGroup),
    frozenset(
        """all alter and any as between by case cast check column connect connection constraint create cross current
        current_date current_time current_timestamp current_user database delete distinct drop else
        exists false following for from full grant group gscluster having ilike in increment inner insert
        intersect into is issue join lateral left like localtime localtimestamp minus natural not null of
        on or order organization qualify regexp revoke right rlike row rows sample schema select set some
        start table tablesample then to trigger true try_cast union unique update using values view when
        whenever where with""".split()
    ),
)
BIGQUERY = Engine(
    "bigquery",
    BIGQUERY_FUNCTIONS,
    INTEGERS
    | {"int64", "string", "numeric", "bignumeric", "float64", "bool", "boolean", "date", "datetime", "timestamp"},
    (exp.Bracket, exp.JSONPath, exp.JSONPathKey, exp.JSONPathRoot, exp.NullSafeEQ, exp.NullSafeNEQ, exp.IntDiv),
    frozenset(
        """all and any array as asc assert_rows_modified at between by case cast collate contains create cross cube
        current default define desc distinct else end enum escape except exclude exists extract false
        fetch following for from full group grouping groups hash having if ignore in inner intersect
        interval into is join lateral left like limit lookup merge natural new no not null nulls of on or
        order outer over partition preceding proto qualify range recursive respect right rollup rows
        select set some struct tablesample then to treat true unbounded union unnest using when where
        window with within""".split()
    ),
    signs=SIGNS | {"[", "]"},
    # RE2 has groups that are not captured, and looks neither ahead nor behind
    forbidden_in_patterns=("(?=", "(?!", "(?<", "\\"),
)
REDSHIFT = Engine(
    "redshift",
    REDSHIFT_FUNCTIONS,
    INTEGERS | {"varchar", "numeric", "double precision", "boolean", "date", "timestamp", "super"},
    (exp.AtTimeZone, exp.Escape, exp.WithinGroup),
    frozenset(
        """aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup between
        binary blanksasnull both bytedict bzip2 case cast check collate column constraint create
        credentials cross current_date current_time current_timestamp current_user current_user_id
        default deferrable deflate defrag delta delta32k desc disable distinct do else emptyasnull enable
        encode encrypt encryption end except explicit false for foreign freeze from full globaldict256
        globaldict64k grant group gzip having identity ignore ilike in initially inner intersect interval
        into is isnull join language leading left like limit localtime localtimestamp lun luns lzo lzop
        minus mostly16 mostly32 mostly8 natural new not notnull null nulls off offline offset oid old on
        only open or order outer overlaps parallel partition percent permissions pivot placing primary
        raw readratio recover references reject resort respect restore right select session_user similar
        snapshot some sysdate system table tag tdes text255 text32k then timestamp to top trailing true
        truncatecolumns union unique unnest unpivot user using verbose wallet when where with without""".split()
    ),
    signs=SIGNS | {"~"},
    trims_by_keyword=True,
)
ENGINES = {engine.name: engine for engine in (SNOWFLAKE, BIGQUERY, REDSHIFT)}
