{# Snowflake: compiled, never run. A timestamp has no zone there (TIMESTAMP_NTZ). #}

{% macro snowflake__utc_to_local(utc_timestamp, zone) -%}
    convert_timezone('UTC', '{{ zone }}', cast({{ utc_timestamp }} as timestamp_ntz))
{%- endmacro %}


{% macro snowflake__in_standard_time(local_timestamp, zone) -%}
    convert_timezone('{{ zone }}', 'UTC', cast({{ local_timestamp }} as timestamp_ntz))
{%- endmacro %}


{% macro snowflake__instant_to_utc(column) -%}
    cast(convert_timezone('UTC', {{ column }}) as timestamp_ntz)
{%- endmacro %}


{# Regular expressions cost more than a set of characters. #}
{% macro snowflake__strip(text) -%}
    trim({{ text }}, {{ text_literal(white_space()) }})
{%- endmacro %}


{# It matches the whole text, and has no groups that are not captured. #}
{% macro snowflake__has_form(text, pattern) -%}
    regexp_like({{ text }}, '{{ pattern | replace("(?:", "(") }}')
{%- endmacro %}


{% macro snowflake__text_to_utc(text) -%}
    {{ parts_to_utc(text) }}
{%- endmacro %}


{# A value of another type is null as a variant of this one, so that a typed column does not go through text, whose form
   the session decides on. #}
{% macro snowflake__parse_timestamp(column) -%}
    {%- set variant = 'to_variant(' ~ column ~ ')' -%}
    {%- set day = 'cast(as_date(' ~ variant ~ ') as timestamp_ntz)' -%}
    coalesce(
        {{ raw_to_utc('as_timestamp_ntz(' ~ variant ~ ')') }},
        {{ instant_to_utc('as_timestamp_tz(' ~ variant ~ ')') }},
        {{ instant_to_utc('as_timestamp_ltz(' ~ variant ~ ')') }},
        {{ local_to_utc(day) }},
        {{ default__parse_timestamp(column) }}
    )
{%- endmacro %}


{% macro snowflake__is_date(column) -%}
    coalesce(is_date(to_variant({{ column }})), false)
{%- endmacro %}


{% macro snowflake__is_text(column) -%}
    coalesce(is_varchar(to_variant({{ column }})), false)
{%- endmacro %}


{# A large double is written with an exponent. #}
{% macro snowflake__to_text(value) -%}
    coalesce(
        case
            when system$typeof({{ value }}) like 'FLOAT%'
                then {{ plain_number('try_to_decimal(to_varchar(' ~ value ~ '), 28, 6)') }}
        end,
        to_varchar({{ value }})
    )
{%- endmacro %}


{# A backslash begins an escape sequence. #}
{% macro snowflake__text_literal(text) -%}
    '{{ text | replace("\\", "\\\\") | replace("'", "''") }}'
{%- endmacro %}


{% macro snowflake__trim_end(text, characters) -%}
    rtrim({{ text }}, '{{ characters }}')
{%- endmacro %}


{% macro snowflake__trim_start(text, characters) -%}
    ltrim({{ text }}, '{{ characters }}')
{%- endmacro %}


{% macro snowflake__plain_number(decimal) -%}
    rtrim(rtrim(to_varchar(cast({{ decimal }} as numeric(28, 6))), '0'), '.')
{%- endmacro %}


{% macro snowflake__json_text(json, path) -%}
    {%- set value = namespace(sql='try_parse_json(' ~ json ~ ')') -%}
    {%- for step in path -%}
        {%- set place = step ~ ' - 1' if step.startswith('(') else "'" ~ step ~ "'" -%}
        {%- set value.sql = 'get(' ~ value.sql ~ ', ' ~ place ~ ')' -%}
    {%- endfor -%}
    to_varchar({{ value.sql }})
{%- endmacro %}


{% macro snowflake__json_written(column, type) -%}
    to_json({{ column }})
{%- endmacro %}


{# `greatest` and `least` are null as soon as one value is. #}
{% macro snowflake__greatest_of(left, right) -%}
    greatest_ignore_nulls({{ left }}, {{ right }})
{%- endmacro %}


{% macro snowflake__least_of(left, right) -%}
    least_ignore_nulls({{ left }}, {{ right }})
{%- endmacro %}
