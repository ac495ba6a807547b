{% macro postgres__elapsed_microseconds(from_timestamp, to_timestamp) -%}
    cast(extract(epoch from {{ to_timestamp }} - {{ from_timestamp }}) * 1000000 as bigint)
{%- endmacro %}


{% macro postgres__elapsed_days(from_timestamp, to_timestamp) -%}
    cast(extract(day from {{ to_timestamp }} - {{ from_timestamp }}) as integer)
{%- endmacro %}


{% macro postgres__has_form(text, pattern) -%}
    ({{ text }} ~ '^(?:{{ pattern }})$')
{%- endmacro %}


{# What is finer than a microsecond is cut off, as DuckDB does: rounding may move a time into the next day. #}
{% macro postgres__text_to_utc(text) -%}
    {{ default__text_to_utc("regexp_replace(" ~ text ~ ", '([.][0-9]{6})[0-9]+', '\\1')") }}
{%- endmacro %}


{% macro postgres__is_date(column) -%}
    (cast(pg_typeof({{ column }}) as text) = 'date' and {{ column }} is not null)
{%- endmacro %}


{% macro postgres__is_text(column) -%}
    cast(pg_typeof({{ column }}) as text) in ('text', 'character varying', 'character')
{%- endmacro %}


{% macro postgres__seed_line() -%}
    cast(row_number() over (order by ctid) + 1 as integer)
{%- endmacro %}


{% macro postgres__json_text(json, path) -%}
    (cast({{ json }} as jsonb) #>> array[
        {%- for step in path -%}
            {{ 'cast(' ~ step ~ ' - 1 as text)' if step.startswith('(') else "'" ~ step ~ "'" }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ])
{%- endmacro %}
