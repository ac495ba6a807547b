{# Redshift: compiled, never run. Its adapter would take what is written for PostgreSQL, so
   that each such macro stands here too. #}

{# `text` has 256 bytes there. #}
{% macro redshift__type_string() -%}
    varchar(65535)
{%- endmacro %}


{% macro redshift__utc_to_local(utc_timestamp, zone) -%}
    convert_timezone('UTC', '{{ zone }}', cast({{ utc_timestamp }} as timestamp))
{%- endmacro %}


{% macro redshift__in_standard_time(local_timestamp, zone) -%}
    convert_timezone('{{ zone }}', 'UTC', cast({{ local_timestamp }} as timestamp))
{%- endmacro %}


{# Whole seconds apart, because 36 minutes of microseconds are more than an integer holds. #}
{% macro redshift__add_seconds(timestamp, seconds) -%}
    {%- set length = microseconds(seconds) -%}
    dateadd(
        microsecond,
        cast(mod({{ length }}, 1000000) as integer),
        dateadd(second, cast({{ length }} / 1000000 as integer), {{ timestamp }})
    )
{%- endmacro %}


{% macro redshift__elapsed_microseconds(from_timestamp, to_timestamp) -%}
    {{ default__elapsed_microseconds(from_timestamp, to_timestamp) }}
{%- endmacro %}


{% macro redshift__elapsed_days(from_timestamp, to_timestamp) -%}
    {{ default__elapsed_days(from_timestamp, to_timestamp) }}
{%- endmacro %}


{% macro redshift__strip(text) -%}
    btrim({{ text }}, '{{ white_space() }}')
{%- endmacro %}


{# `$` may stand before a last line end, and no group is left uncaptured. #}
{% macro redshift__has_form(text, pattern) -%}
    ({{ text }} ~ '^({{ pattern | replace("(?:", "(") }})$' and right({{ text }}, 1) <> chr(10))
{%- endmacro %}


{# A text without a match gives an empty one. #}
{% macro redshift__first_match(text, pattern) -%}
    nullif(regexp_substr({{ text }}, '{{ pattern }}'), '')
{%- endmacro %}


{% macro redshift__text_to_utc(text) -%}
    {{ parts_to_utc(text) }}
{%- endmacro %}


{# No function names a type of a column. As text a date has ten characters, and nothing else that is read as a time has. #}
{% macro redshift__is_date(column) -%}
    coalesce(length(cast({{ column }} as {{ dbt.type_string() }})) = 10, false)
{%- endmacro %}


{# A column that may be a number can become a value of type `super`, which knows what it was. #}
{% macro redshift__is_text(column) -%}
    coalesce(is_varchar(cast({{ column }} as super)), false)
{%- endmacro %}


{# Whether a backslash stands for itself between quotes depends on where a text goes. #}
{% macro redshift__text_literal(text) -%}
    '{{ text | replace("'", "''") | replace("\\", "' || chr(92) || '") }}'
{%- endmacro %}


{# From the end it does not count. #}
{% macro redshift__nth_part(text, delimiter, number) -%}
    {%- if (number | string).startswith('-') -%}
        reverse(split_part(reverse({{ text }}), '{{ delimiter | reverse }}', {{ (number | string)[1:] }}))
    {%- else -%}
        split_part({{ text }}, '{{ delimiter }}', {{ number }})
    {%- endif -%}
{%- endmacro %}


{% macro redshift__json_text(json, path) -%}
    {%- set value = namespace(sql=json) -%}
    {%- for step in path -%}
        {%- if step.startswith('(') -%}
            {%- set value.sql = 'json_extract_array_element_text(' ~ value.sql ~ ', ' ~ step ~ ' - 1, true)' -%}
        {%- else -%}
            {%- set value.sql = 'json_extract_path_text(' ~ value.sql ~ ", '" ~ step ~ "', true)" -%}
        {%- endif -%}
    {%- endfor -%}
    nullif({{ value.sql }}, '')
{%- endmacro %}


{% macro redshift__json_written(column, type) -%}
    json_serialize({{ column }})
{%- endmacro %}


{# Only what is not a truth value can be cast to text. #}
{% macro redshift__truth_value(column) -%}
    case when {{ column }} then 'true' when not {{ column }} then 'false' end
{%- endmacro %}


{# `timestamp` is reserved. #}
{% macro redshift__column_name(name) -%}
    {{ adapter.quote(name) }}
{%- endmacro %}


{% macro redshift__all_columns(relation) -%}
    {%- set columns = [] -%}
    {%- for column in (adapter.get_columns_in_relation(relation) if execute else []) -%}
        {%- set name = adapter.quote(column.name) -%}
        {%- do columns.append(
            redshift__truth_value(name) ~ ' as ' ~ name if column.dtype | lower == 'boolean' else name) -%}
    {%- endfor -%}
    {{ columns | join(', ') or '*' }}
{%- endmacro %}


{# There is no `is distinct from`. #}
{% macro redshift__differs(left, right) -%}
    not {{ redshift__is_same(left, right) }}
{%- endmacro %}


{% macro redshift__is_same(left, right) -%}
    coalesce({{ left }} = {{ right }}, {{ left }} is null and {{ right }} is null)
{%- endmacro %}


{# A window with an order has to say its frame. #}
{% macro redshift__up_to_here() -%}
    {{ ' rows between unbounded preceding and current row' }}
{%- endmacro %}


{% macro redshift__seed_line() -%}
    {{ default__seed_line() }}
{%- endmacro %}


{# There is no `if not exists`. #}
{% macro redshift__add_text_column(relation, name) -%}
    {%- if execute and not has_column(relation, name) -%}
        alter table {{ relation }} add column {{ name }} {{ dbt.type_string() }}
    {%- endif -%}
{%- endmacro %}


{# dbt's own goes through `text`. #}
{% macro redshift__hash(field) -%}
    md5(cast({{ field }} as {{ dbt.type_string() }}))
{%- endmacro %}
