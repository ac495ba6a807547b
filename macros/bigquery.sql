{# BigQuery: compiled, never run. A timestamp is an instant there, and reads as UTC. #}

{% macro bigquery__utc_to_local(utc_timestamp, zone) -%}
    timestamp(datetime(cast({{ utc_timestamp }} as timestamp), '{{ zone }}'))
{%- endmacro %}


{% macro bigquery__in_standard_time(local_timestamp, zone) -%}
    timestamp(datetime(cast({{ local_timestamp }} as timestamp)), '{{ zone }}')
{%- endmacro %}


{% macro bigquery__instant_to_utc(column) -%}
    cast({{ column }} as timestamp)
{%- endmacro %}


{# Only a time without a zone moves by months. #}
{% macro bigquery__move_timestamp(timestamp, unit, number) -%}
    {%- if unit == 'month' -%}
        timestamp(datetime_add(datetime(cast({{ timestamp }} as timestamp)), interval {{ number }} month))
    {%- else -%}
        timestamp_add(cast({{ timestamp }} as timestamp), interval {{ number }} {{ unit }})
    {%- endif -%}
{%- endmacro %}


{% macro bigquery__add_seconds(timestamp, seconds) -%}
    timestamp_add(cast({{ timestamp }} as timestamp), interval {{ microseconds(seconds) }} microsecond)
{%- endmacro %}


{% macro bigquery__elapsed_microseconds(from_timestamp, to_timestamp) -%}
    timestamp_diff(cast({{ to_timestamp }} as timestamp), cast({{ from_timestamp }} as timestamp), microsecond)
{%- endmacro %}


{% macro bigquery__elapsed_days(from_timestamp, to_timestamp) -%}
    div({{ bigquery__elapsed_microseconds(from_timestamp, to_timestamp) }}, 86400000000)
{%- endmacro %}


{% macro bigquery__strip(text) -%}
    trim({{ text }}, {{ text_literal(white_space()) }})
{%- endmacro %}


{% macro bigquery__has_form(text, pattern) -%}
    regexp_contains({{ text }}, '^(?:{{ pattern }})$')
{%- endmacro %}


{% macro bigquery__first_match(text, pattern) -%}
    regexp_extract({{ text }}, '{{ pattern }}')
{%- endmacro %}


{% macro bigquery__text_to_utc(text) -%}
    {{ parts_to_utc(text) }}
{%- endmacro %}


{# No function names a type, but a value is written as SQL writes it. #}
{% macro bigquery__is_date(column) -%}
    coalesce(starts_with(format('%T', {{ column }}), 'DATE '), false)
{%- endmacro %}


{% macro bigquery__is_text(column) -%}
    coalesce(substring(format('%T', {{ column }}), 1, 1) in ('"', '\''), false)
{%- endmacro %}


{# A large double is written with an exponent. #}
{% macro bigquery__to_text(value) -%}
    case
        when regexp_contains(format('%T', {{ value }}), '^-?[0-9.]+e[+-]?[0-9]+$')
            then cast(safe_cast(cast({{ value }} as string) as bignumeric) as string)
        else cast({{ value }} as string)
    end
{%- endmacro %}


{# A literal ends with its line, and a backslash begins an escape sequence. #}
{% macro bigquery__text_literal(text) -%}
    '{{ text | replace("\\", "\\\\") | replace("'", "\\'") | replace("\n", "\\n") | replace("\r", "\\r") }}'
{%- endmacro %}


{% macro bigquery__trim_end(text, characters) -%}
    rtrim({{ text }}, '{{ characters }}')
{%- endmacro %}


{% macro bigquery__trim_start(text, characters) -%}
    ltrim({{ text }}, '{{ characters }}')
{%- endmacro %}


{# A decimal is written without zeros at its end. #}
{% macro bigquery__plain_number(decimal) -%}
    cast(cast({{ decimal }} as numeric(28, 6)) as string)
{%- endmacro %}


{# Beyond the ends there is no part at all. #}
{% macro bigquery__nth_part(text, delimiter, number) -%}
    {%- set parts = "split(" ~ text ~ ", '" ~ delimiter ~ "')" -%}
    {%- if (number | string).startswith('-') -%}
        {%- set part = 'array_reverse(' ~ parts ~ ')[safe_ordinal(' ~ (number | string)[1:] ~ ')]' -%}
    {%- else -%}
        {%- set part = parts ~ '[safe_ordinal(' ~ number ~ ')]' -%}
    {%- endif -%}
    case when {{ text }} is not null then coalesce({{ part }}, '') end
{%- endmacro %}


{# A path is a literal, so that the place in a list stands outside. #}
{% macro bigquery__json_text(json, path) -%}
    {%- set value = namespace(sql=json, path='$') -%}
    {%- for step in path -%}
        {%- if step.startswith('(') -%}
            {%- set value.sql = "json_query_array(" ~ value.sql ~ ", '" ~ value.path ~ "')[safe_ordinal(" ~ step ~ ")]" -%}
            {%- set value.path = '$' -%}
        {%- else -%}
            {%- set value.path = value.path ~ '.' ~ step -%}
        {%- endif -%}
    {%- endfor -%}
    coalesce(json_value({{ value.sql }}, '{{ value.path }}'), json_query({{ value.sql }}, '{{ value.path }}'))
{%- endmacro %}


{% macro bigquery__json_written(column, type) -%}
    to_json_string({{ column }})
{%- endmacro %}


{% macro bigquery__place_in(part, text) -%}
    strpos({{ text }}, {{ part }})
{%- endmacro %}


{# There is no `escape`: a backslash stands before what is not wild, and before a backslash. #}
{% macro bigquery__is_like(text, pattern) -%}
    {%- set doubled = "replace(replace(" ~ pattern ~ ", '\\\\', '\\\\\\\\'), '!!', '\\x01')" -%}
    {{ text }} like replace(replace({{ doubled }}, '!', '\\'), '\x01', '!')
{%- endmacro %}


{# `greatest` and `least` are null as soon as one value is. #}
{% macro bigquery__greatest_of(left, right) -%}
    greatest(coalesce({{ left }}, {{ right }}), coalesce({{ right }}, {{ left }}))
{%- endmacro %}


{% macro bigquery__least_of(left, right) -%}
    least(coalesce({{ left }}, {{ right }}), coalesce({{ right }}, {{ left }}))
{%- endmacro %}


{% macro bigquery__union_distinct() -%}
    union distinct
{%- endmacro %}


{# An outer join is refused unless values of both sides are compared with `=`. #}
{% macro bigquery__either_way(left, right) -%}
    {{ "(length(to_json_string(" ~ left ~ ")) > 0) = (length(to_json_string(" ~ right ~ ")) > 0) and " -}}
{%- endmacro %}


{# Without a frame nulls cannot come last in an ascending order. #}
{% macro bigquery__up_to_here() -%}
    {{ ' rows between unbounded preceding and current row' }}
{%- endmacro %}


{% macro bigquery__one_row() -%}
    {{ 'from (select 1 as one) as one_row ' }}
{%- endmacro %}


{# A decimal has nine places only. #}
{% macro bigquery__share_of(part, whole) -%}
    cast(
        round(round(cast({{ part }} as bignumeric) / nullif({{ whole }}, 0), 12), 6) as numeric(18, 6)
    )
{%- endmacro %}


{% macro bigquery__type_double() -%}
    float64
{%- endmacro %}
