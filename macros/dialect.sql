{# Everything in which the engines differ. A model calls these and stays portable. How an engine does it, where
   it has a way of its own, is in the file of its name. #}

{% macro utc_to_local(utc_timestamp, zone=none) -%}
    {{ return(adapter.dispatch('utc_to_local')(utc_timestamp, zone or var('timezone'))) }}
{%- endmacro %}

{% macro default__utc_to_local(utc_timestamp, zone) -%}
    (({{ utc_timestamp }} at time zone 'UTC') at time zone '{{ zone }}')
{%- endmacro %}


{# Inverse of `utc_to_local`. Of an hour that comes twice the first is meant, so that a month ends where its last
   date does; engines take the second. An hour that is skipped begins when the clocks change. #}
{% macro local_to_utc(local_timestamp, zone=none) -%}
    {%- set utc = in_standard_time(local_timestamp, zone or var('timezone')) -%}
    {%- set hour_before = '(' ~ move_timestamp(utc, 'hour', -1) ~ ')' -%}
    case
        when {{ utc_to_local(hour_before, zone or var('timezone')) }} = ({{ local_timestamp }}) then {{ hour_before }}
        else {{ utc }}
    end
{%- endmacro %}

{% macro in_standard_time(local_timestamp, zone) -%}
    {{ return(adapter.dispatch('in_standard_time')(local_timestamp, zone)) }}
{%- endmacro %}

{% macro default__in_standard_time(local_timestamp, zone) -%}
    ((({{ local_timestamp }}) at time zone '{{ zone }}') at time zone 'UTC')
{%- endmacro %}


{# A timestamp moved by a whole number of 24 h days. #}
{% macro add_days(timestamp, days) -%}
    {{ move_timestamp(timestamp, 'day', days) }}
{%- endmacro %}


{# A timestamp moved by a whole number of months; from the 31st to the last day of a shorter one. #}
{% macro add_months(timestamp, months) -%}
    {{ move_timestamp(timestamp, 'month', months) }}
{%- endmacro %}


{# The last moment before another. #}
{% macro just_before(timestamp) -%}
    {{ move_timestamp(timestamp, 'microsecond', -1) }}
{%- endmacro %}


{% macro move_timestamp(timestamp, unit, number) -%}
    {{ return(adapter.dispatch('move_timestamp')(timestamp, unit, number)) }}
{%- endmacro %}

{% macro default__move_timestamp(timestamp, unit, number) -%}
    {{ dbt.dateadd(unit, number, timestamp) }}
{%- endmacro %}


{# A timestamp moved by seconds or hours, fractions included, exact to the microsecond. #}
{% macro add_seconds(timestamp, seconds) -%}
    {{ return(adapter.dispatch('add_seconds')(timestamp, seconds)) }}
{%- endmacro %}

{% macro default__add_seconds(timestamp, seconds) -%}
    ({{ dbt.dateadd('microsecond', microseconds(seconds), timestamp) }})
{%- endmacro %}

{% macro microseconds(seconds) -%}
    {#- wide: DuckDB keeps a product of two narrow decimals in 18 digits, and 12 days have more -#}
    cast(cast({{ seconds }} as numeric(28, 6)) * 1000000 as {{ dbt.type_bigint() }})
{%- endmacro %}

{% macro add_hours(timestamp, hours) -%}
    {{ add_seconds(timestamp, hours ~ ' * 3600') }}
{%- endmacro %}


{# Microseconds between two timestamps, a whole number. #}
{% macro elapsed_microseconds(from_timestamp, to_timestamp) -%}
    {{ return(adapter.dispatch('elapsed_microseconds')(from_timestamp, to_timestamp)) }}
{%- endmacro %}

{% macro default__elapsed_microseconds(from_timestamp, to_timestamp) -%}
    {{ dbt.datediff(from_timestamp, to_timestamp, 'microsecond') }}
{%- endmacro %}

{% macro elapsed_seconds(from_timestamp, to_timestamp) -%}
    cast(cast({{ elapsed_microseconds(from_timestamp, to_timestamp) }} as numeric(18, 0)) * 0.000001 as numeric(18, 6))
{%- endmacro %}


{# Rounded half up at six places: a millionth of an hour is 3600 microseconds. #}
{% macro elapsed_hours(from_timestamp, to_timestamp) -%}
    cast(
        cast(
            round(cast({{ elapsed_microseconds(from_timestamp, to_timestamp) }} as numeric(18, 0)) / 3600)
            as numeric(18, 0)
        ) * 0.000001 as numeric(18, 6)
    )
{%- endmacro %}


{# Complete 24 h periods between two timestamps: 23:59:59 is 0 days. #}
{% macro elapsed_days(from_timestamp, to_timestamp) -%}
    {{ return(adapter.dispatch('elapsed_days')(from_timestamp, to_timestamp)) }}
{%- endmacro %}

{% macro default__elapsed_days(from_timestamp, to_timestamp) -%}
    {%- set elapsed = elapsed_microseconds(from_timestamp, to_timestamp) -%}
    cast(({{ elapsed }} - mod({{ elapsed }}, 86400000000)) / 86400000000 as {{ dbt.type_int() }})
{%- endmacro %}


{# A text of a known-good form, cut into a time and its offset from UTC: for engines that do not read every form. #}
{% macro parts_to_utc(text) -%}
    {%- set offset = first_match(text, '[+-][0-9:]+$') -%}
    {%- set digits = "replace(" ~ offset ~ ", ':', '') || '00'" -%}
    {%- set hours = 'cast(substring(' ~ digits ~ ', 2, 2) as ' ~ dbt.type_int() ~ ')' -%}
    {%- set minutes = 'cast(substring(' ~ digits ~ ', 4, 2) as ' ~ dbt.type_int() ~ ')' -%}
    {%- set east = "case when " ~ offset ~ " like '-%' then -1 else 1 end * (60 * " ~ hours ~ " + " ~ minutes ~ ")" -%}
    {%- set plain = plain_time(text) -%}
    case
        when length({{ text }}) = 10 then {{ local_to_utc(plain) }}
        when {{ has_form(text, '.*:[0-9.]+ ?[+-][0-9:]+') }} then {{ move_timestamp(plain, 'minute', '-(' ~ east ~ ')') }}
        when {{ has_form(text, '.*(Z|UTC|GMT)') }} then {{ plain }}
        else {{ raw_to_utc(plain) }}
    end
{%- endmacro %}

{# What is finer than a microsecond is cut off. #}
{% macro plain_time(text) -%}
    cast(
        substring({{ text }}, 1, 10) || ' '
        || case when length({{ text }}) = 10 then '00:00' else substring({{ text }}, 12, 5) end
        || case when substring({{ text }}, 17, 1) = ':' then substring({{ text }}, 17, 3) else ':00' end
        || coalesce(substring({{ first_match(text, '[.][0-9]+') }}, 1, 7), '') as {{ dbt.type_timestamp() }}
    )
{%- endmacro %}


{# The first part of a text that a regular expression matches, for `parts_to_utc`. #}
{% macro first_match(text, pattern) -%}
    {{ return(adapter.dispatch('first_match')(text, pattern)) }}
{%- endmacro %}

{% macro default__first_match(text, pattern) -%}
    regexp_substr({{ text }}, '{{ pattern }}')
{%- endmacro %}


{# Text without white space at both ends, tabs, line ends and full-width spaces included. #}
{% macro strip(text) -%}
    {{ return(adapter.dispatch('strip')(text)) }}
{%- endmacro %}


{# Ten times faster on DuckDB than trim() with a set of characters (20 M ids: 1 s, not 10 s). #}
{% macro default__strip(text) -%}
    regexp_replace({{ text }}, '^[{{ white_space() }}]+|[{{ white_space() }}]+$', '', 'g')
{%- endmacro %}

{% macro white_space() -%}
    {{- return(
        "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
        ~ "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
    ) -}}
{%- endmacro %}


{# `clean_text` in lower case, for a column of few distinct values and many rows. A text that begins
   and ends with a printable ASCII character is clean already, which DuckDB sees once per distinct
   value: 46 M event types take 0.4 s, with the regular expression alone 2.5 s. #}
{% macro clean_category(column) -%}
    {{ return(adapter.dispatch('clean_category')(column)) }}
{%- endmacro %}

{% macro default__clean_category(column) -%}
    lower({{ clean_text(column) }})
{%- endmacro %}

{% macro begins_plainly(text) -%}
    (cast({{ text }} as varchar) >= '!' and cast({{ text }} as varchar) <= '~')
{%- endmacro %}


{# The part of a text between two delimiters, counted from 1 or, back from the end, from -1; '' beyond
   the last. dbt's own `split_part` takes a fixed number only. #}
{% macro nth_part(text, delimiter, number) -%}
    {{ return(adapter.dispatch('nth_part')(text, delimiter, number)) }}
{%- endmacro %}

{% macro default__nth_part(text, delimiter, number) -%}
    split_part({{ text }}, '{{ delimiter }}', {{ number }})
{%- endmacro %}


{# A field of JSON as text; `path` names the fields from the outside in, in SQL a number for the place in a list. #}
{% macro json_text(json, path) -%}
    {{ return(adapter.dispatch('json_text')(json, path)) }}
{%- endmacro %}

{% macro default__json_text(json, path) -%}
    json_extract_string(case when json_valid({{ json }}) then {{ json }} end, {{ json_path(path) }})
{%- endmacro %}

{# A step that is in brackets is an expression of SQL: the place in a list, from 1. #}
{% macro json_path(path) -%}
    '$'
    {%- for step in path -%}
        {%- if step.startswith('(') %} || '[' || cast({{ step }} - 1 as {{ dbt.type_string() }}) || ']'
        {%- else %} || '.{{ step }}'
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}


{# What a column of JSON holds, as text. #}
{% macro json_written(column, type) -%}
    {{ return(adapter.dispatch('json_written')(column, type)) }}
{%- endmacro %}

{% macro default__json_written(column, type) -%}
    cast({{ 'to_json(' ~ column ~ ')' if not type.startswith('json') else column }} as {{ dbt.type_string() }})
{%- endmacro %}


{# True where the whole text has the form of the regular expression. #}
{% macro has_form(text, pattern) -%}
    {{ return(adapter.dispatch('has_form')(text, pattern)) }}
{%- endmacro %}


{# Text of a known-good form, in upper case, as UTC time without zone. An offset is honoured, not dropped: a plain
   cast drops it on DuckDB and PostgreSQL. Without one a time is in `raw_timezone`, and a date is that day's
   midnight in `timezone`. #}
{% macro text_to_utc(text) -%}
    {{ return(adapter.dispatch('text_to_utc')(text)) }}
{%- endmacro %}

{% macro default__text_to_utc(text) -%}
    {%- set plain = 'cast(' ~ text ~ ' as ' ~ dbt.type_timestamp() ~ ')' -%}
    case
        when length({{ text }}) = 10 then {{ local_to_utc(plain) }}
        when {{ has_form(text, '.*:[0-9.]+ ?[+-][0-9:]+') }}
            then cast(
                replace(replace({{ text }}, ' +', '+'), ' -', '-') as timestamp with time zone
            ) at time zone 'UTC'
        when {{ has_form(text, '.*(Z|UTC|GMT)') }}
            then cast(
                trim(replace(replace(replace({{ text }}, 'UTC', ''), 'GMT', ''), 'Z', '')) as {{ dbt.type_timestamp() }}
            )
        else {{ raw_to_utc(plain) }}
    end
{%- endmacro %}


{# A column whose type is an instant, as UTC time without zone. #}
{% macro instant_to_utc(column) -%}
    {{ return(adapter.dispatch('instant_to_utc')(column)) }}
{%- endmacro %}

{% macro default__instant_to_utc(column) -%}
    ({{ column }} at time zone 'UTC')
{%- endmacro %}


{# A time without an offset, in `raw_timezone`; what connectors give is UTC. #}
{% macro raw_to_utc(timestamp) -%}
    {{ timestamp if var('raw_timezone') == 'UTC' or connected_model('leads') else local_to_utc(timestamp, var('raw_timezone')) }}
{%- endmacro %}


{# DuckDB decides on the column's type while planning, so a typed column of a parquet file
   never takes the way over text (20 M rows: 0.6 s instead of 1.7 s). #}
{% macro parse_timestamp(column) -%}
    {{ return(adapter.dispatch('parse_timestamp')(column)) }}
{%- endmacro %}

{% macro default__parse_timestamp(column) -%}
    {%- set text = 'upper(' ~ clean_text(column) ~ ')' -%}
    case when {{ has_form(text, timestamp_pattern()) }} then {{ text_to_utc(text) }} end
{%- endmacro %}


{# A value of type timestamptz becomes text with the session's offset, which is UTC. #}
{% macro is_date(column) -%}
    {{ return(adapter.dispatch('is_date')(column)) }}
{%- endmacro %}


{# True for a column of text, in which people may have written a number in several ways. #}
{% macro is_text(column) -%}
    {{ return(adapter.dispatch('is_text')(column)) }}
{%- endmacro %}


{# Full-width ASCII and the half-width middle dot in their usual width, without zero-width characters. #}
{% macro fold_width(text) -%}
    {{ return(adapter.dispatch('fold_width')(text)) }}
{%- endmacro %}

{% macro default__fold_width(text) -%}
    {%- set wide, usual = [], [] -%}
    {%- for code in range(33, 127) -%}
        {%- do wide.append('%c' % (code + 65248)) -%}{%- do usual.append('%c' % code) -%}
    {%- endfor -%}
    translate(
        {{ text }},
        {{ text_literal(wide | join ~ "\u3000\uff65\u200b\u200c\u200d\u2060\ufeff") }},
        {{ text_literal(usual | join ~ " \u30fb") }}
    )
{%- endmacro %}


{# A text as SQL writes it. #}
{% macro text_literal(text) -%}
    {{ return(adapter.dispatch('text_literal')(text)) }}
{%- endmacro %}

{% macro default__text_literal(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}


{# The texts of a group in one, in the ascending order of some columns: `joined_text('name', ' / ', ['-points', 'rule_id'])`. #}
{% macro joined_text(text, delimiter, order) -%}
    {{ return(adapter.dispatch('joined_text')(text, delimiter, order)) }}
{%- endmacro %}

{% macro default__joined_text(text, delimiter, order) -%}
    {{ dbt.listagg(text, "'" ~ delimiter ~ "'", 'order by ' ~ order | join(', ')) }}
{%- endmacro %}


{# Any value as text, a fraction without an exponent. #}
{% macro to_text(value) -%}
    {{ return(adapter.dispatch('to_text')(value)) }}
{%- endmacro %}

{% macro default__to_text(value) -%}
    cast({{ value }} as {{ dbt.type_string() }})
{%- endmacro %}


{% macro parse_boolean(column) -%}
    {{ return(adapter.dispatch('parse_boolean')(column)) }}
{%- endmacro %}

{% macro default__parse_boolean(column) -%}
    case
        when lower({{ clean_text(column) }}) in ('true', 't', '1', 'yes', 'y') then true
        when lower({{ clean_text(column) }}) in ('false', 'f', '0', 'no', 'n') then false
    end
{%- endmacro %}


{# True where the raw table holds something at all. #}
{% macro is_given(column) -%}
    {{ return(adapter.dispatch('is_given')(column)) }}
{%- endmacro %}

{% macro default__is_given(column) -%}
    ({{ clean_text(column) }} is not null)
{%- endmacro %}


{# A value as text, a whole number without a point: of a column with a blank, data frames make 1.0 out of 1. #}
{% macro as_text(column) -%}
    {{ return(adapter.dispatch('as_text')(column)) }}
{%- endmacro %}

{% macro default__as_text(column) -%}
    {{ to_text(column) }}
{%- endmacro %}


{# A truth value that can be cast to text. #}
{% macro truth_value(column) -%}
    {{ return(adapter.dispatch('truth_value')(column)) }}
{%- endmacro %}

{% macro default__truth_value(column) -%}
    {{ column }}
{%- endmacro %}


{# Text without some characters at its end or its beginning. #}
{% macro trim_end(text, characters) -%}
    {{ return(adapter.dispatch('trim_end')(text, characters)) }}
{%- endmacro %}

{% macro default__trim_end(text, characters) -%}
    trim(trailing '{{ characters }}' from {{ text }})
{%- endmacro %}

{% macro trim_start(text, characters) -%}
    {{ return(adapter.dispatch('trim_start')(text, characters)) }}
{%- endmacro %}

{% macro default__trim_start(text, characters) -%}
    trim(
        leading '{{ characters }}' from {{ text }}
    )
{%- endmacro %}


{# Place of a text within another, from 1; 0 if it is not there. #}
{% macro place_in(part, text) -%}
    {{ return(adapter.dispatch('place_in')(part, text)) }}
{%- endmacro %}

{% macro default__place_in(part, text) -%}
    position({{ part }} in {{ text }})
{%- endmacro %}


{# True where a text is like a pattern in which `!` stands before what is not wild. #}
{% macro is_like(text, pattern) -%}
    {{ return(adapter.dispatch('is_like')(text, pattern)) }}
{%- endmacro %}

{% macro default__is_like(text, pattern) -%}
    {{ text }} like {{ pattern }} escape '!'
{%- endmacro %}


{# True where two values differ, or only one is null. #}
{% macro differs(left, right) -%}
    {{ return(adapter.dispatch('differs')(left, right)) }}
{%- endmacro %}

{% macro default__differs(left, right) -%}
    {{ left }} is distinct from {{ right }}
{%- endmacro %}

{% macro is_same(left, right) -%}
    {{ return(adapter.dispatch('is_same')(left, right)) }}
{%- endmacro %}

{% macro default__is_same(left, right) -%}
    {{ left }} is not distinct from {{ right }}
{%- endmacro %}


{# The greater or the lesser of two values of which one may be null; of more, or where none is null, plain SQL. #}
{% macro greatest_of(left, right) -%}
    {{ return(adapter.dispatch('greatest_of')(left, right)) }}
{%- endmacro %}

{% macro default__greatest_of(left, right) -%}
    greatest({{ left }}, {{ right }})
{%- endmacro %}

{% macro least_of(left, right) -%}
    {{ return(adapter.dispatch('least_of')(left, right)) }}
{%- endmacro %}

{% macro default__least_of(left, right) -%}
    least({{ left }}, {{ right }})
{%- endmacro %}


{# Puts two queries together without rows that are in both. #}
{% macro union_distinct() -%}
    {{ return(adapter.dispatch('union_distinct')()) }}
{%- endmacro %}

{% macro default__union_distinct() -%}
    union
{%- endmacro %}


{# The frame of a window whose rows have an order without ties, where an engine wants it said. #}
{% macro up_to_here() -%}
    {{ return(adapter.dispatch('up_to_here')()) }}
{%- endmacro %}

{% macro default__up_to_here() -%}
{%- endmacro %}


{# For the condition of an outer join that compares no column with another: an equation that always holds, where an
   engine wants one. #}
{% macro either_way(left, right) -%}
    {{ return(adapter.dispatch('either_way')(left, right)) }}
{%- endmacro %}

{% macro default__either_way(left, right) -%}
{%- endmacro %}


{# For a condition without a table, where an engine wants a table. #}
{% macro one_row() -%}
    {{ return(adapter.dispatch('one_row')()) }}
{%- endmacro %}

{% macro default__one_row() -%}
{%- endmacro %}

{% macro no_rows() -%}
    {{ one_row() }}where 1 = 0
{%- endmacro %}


{# The name of a column that is a word of an engine's own. #}
{% macro column_name(name) -%}
    {{ return(adapter.dispatch('column_name')(name)) }}
{%- endmacro %}

{% macro default__column_name(name) -%}
    {{ name }}
{%- endmacro %}


{# All columns of a raw table, so that each can be cast to text. #}
{% macro all_columns(relation) -%}
    {{ return(adapter.dispatch('all_columns')(relation)) }}
{%- endmacro %}

{% macro default__all_columns(relation) -%}
    *
{%- endmacro %}


{# A decimal as people write it: 30, 7.5, -10. #}
{% macro plain_number(decimal) -%}
    {{ return(adapter.dispatch('plain_number')(decimal)) }}
{%- endmacro %}

{% macro default__plain_number(decimal) -%}
    trim(
        trailing '.' from trim(trailing '0' from cast(cast({{ decimal }} as numeric(28, 6)) as {{ dbt.type_string() }}))
    )
{%- endmacro %}


{# Line of a csv file a row of its seed came from; null where an engine does not keep the order. #}
{% macro seed_line() -%}
    {{ return(adapter.dispatch('seed_line')()) }}
{%- endmacro %}

{% macro default__seed_line() -%}
    cast(null as {{ dbt.type_int() }})
{%- endmacro %}


{# A binary number of 64 bits. #}
{% macro type_double() -%}
    {{ return(adapter.dispatch('type_double')()) }}
{%- endmacro %}

{% macro default__type_double() -%}
    double precision
{%- endmacro %}


{# True if a table has a column, in whichever case an engine keeps its name. #}
{% macro has_column(relation, name) %}
    {{- return(adapter.dispatch('has_column')(relation, name)) -}}
{% endmacro %}

{% macro default__has_column(relation, name) %}
    {{- return(name in adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list) -}}
{% endmacro %}


{# A statement that gives a table a column of text if it lacks it. #}
{% macro add_text_column(relation, name) -%}
    {{ return(adapter.dispatch('add_text_column')(relation, name)) }}
{%- endmacro %}

{% macro default__add_text_column(relation, name) -%}
    alter table {{ relation }} add column if not exists {{ name }} {{ dbt.type_string() }}
{%- endmacro %}


{# What an engine remembers of tables that others write may be older than what is in them. #}
{% macro look_at_tables_anew(tables) %}
    {%- do adapter.dispatch('look_at_tables_anew')(tables) -%}
{% endmacro %}

{% macro default__look_at_tables_anew(tables) %}
{% endmacro %}


{# Before anything runs: an engine on which numbers would come out otherwise is one sentence. #}
{% macro check_engine() %}
    {%- do adapter.dispatch('check_engine')() if execute -%}
{% endmacro %}

{% macro default__check_engine() %}
    {%- if target.type in ('snowflake', 'bigquery', 'redshift') and not var('untried_engine', false) -%}
        {{ exceptions.raise_compiler_error(
            "Nobody has run this project on " ~ target.type ~ ": its models were only compiled for it. To be the first, accept "
            ~ "it with --vars '{untried_engine: true}', and compare the rows with those of DuckDB.") }}
    {%- elif target.type not in ('duckdb', 'postgres', 'snowflake', 'bigquery', 'redshift') -%}
        {{ exceptions.raise_compiler_error(
            "The target '" ~ target.name ~ "' is of type " ~ target.type ~ ", for which macros/dialect.sql has not been written "
            ~ "out. There are duckdb, postgres and spark, and untried snowflake, bigquery and redshift.") }}
    {%- endif -%}
{% endmacro %}
