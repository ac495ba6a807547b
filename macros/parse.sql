{# How raw values are read. Every engine accepts the same forms, so that a row is rejected
   everywhere or nowhere. #}

{# A raw value as text, stripped; blank is null. #}
{% macro clean_text(column) -%}
    nullif({{ strip(to_text(column)) }}, '')
{%- endmacro %}


{# An identifier exactly as it came, except that blank is null: two ids that differ in a
   space are two ids. #}
{% macro verbatim_text(column) -%}
    case when {{ is_given(column) }} then {{ as_text(column) }} end
{%- endmacro %}


{# The form in which texts are compared: without regard to case and width, and without characters that have no
   width; nothing left is null. #}
{% macro folded_text(text) -%}
    nullif({{ strip('lower(' ~ fold_width(to_text(text)) ~ ')') }}, '')
{%- endmacro %}


{# A number as digits with at most one point. It may have full-width digits, a comma every three digits and a unit
   behind it. Exactly three zeros after a point are refused where people wrote them: `1.000` is one here and a
   thousand elsewhere. #}
{% macro number_text(column) -%}
    {%- set text = folded_text(column) -%}
    case
        when {{ has_form(text, '[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]*)? *[名人]?') }}
            and not ({{ is_text(column) }} and {{ text }} like '%.000')
            then {{ strip("replace(replace(replace(" ~ text ~ ", ',', ''), '名', ''), '人', '')") }}
    end
{%- endmacro %}


{% macro parse_number(column, pattern, type) -%}
    case when {{ has_form(number_text(column), pattern) }} then cast({{ number_text(column) }} as {{ type }}) end
{%- endmacro %}


{# Whole numbers; `300.0` is how data frames write a whole number beside a blank. #}
{% macro parse_integer(column) -%}
    cast({{ parse_number(column, '[+-]?[0-9]{1,15}([.]0*)?', 'numeric(28, 6)') }} as {{ dbt.type_bigint() }})
{%- endmacro %}


{# Rounded to six places: a data frame writes 0.3 as 0.30000000000000004. #}
{% macro parse_decimal(column) -%}
    cast({{ parse_number(column, '[+-]?[0-9]{1,15}([.][0-9]+)?', 'numeric(28, 6)') }} as numeric(28, 6))
{%- endmacro %}


{# ISO 8601 date or date and time, blank or T between, optional fraction and offset, in upper case. Calendar
   dates that do not exist (30 February) do not match, so no engine's cast can fail. #}
{% macro timestamp_pattern() -%}
    {%- set year = '(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])' -%}
    {%- set short_days = '(?:0[1-9]|1[0-9]|2[0-8])' -%}
    {%- set day = '(?:(?:0[1-9]|1[0-2])-' ~ short_days ~ '|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)' -%}
    {%- set leap_ends = '(?:0[48]|[2468][048]|[13579][26])' -%}
    {%- set leap_day = '(?:[0-9]{2}' ~ leap_ends ~ '|' ~ leap_ends ~ '00)-02-29' -%}
    {%- set offset = '(?: ?(?:Z|UTC|GMT|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?))?' -%}
    {%- set time = '(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?' -%}
    {{- return('(?:' ~ year ~ '-' ~ day ~ '|' ~ leap_day ~ ')(?:[ T]' ~ time ~ offset ~ ')?') -}}
{%- endmacro %}


{# No lead of ours existed before 1990, and a year after 2100 is a typing error. #}
{% macro is_impossible_time(utc_timestamp) -%}
    (
        {{ utc_timestamp }} < cast('1990-01-01' as {{ dbt.type_timestamp() }})
        or {{ utc_timestamp }} >= cast('2101-01-01' as {{ dbt.type_timestamp() }})
    )
{%- endmacro %}


{# One problem code followed by a blank where the raw value is there but unreadable. #}
{% macro unparsable(column, parsed) -%}
    case when {{ is_given(column) }} and {{ parsed }} is null then 'unparsable_{{ column }} ' else '' end
{%- endmacro %}


{# True where a time is given as a date alone: nobody knows the hour. #}
{% macro is_date_only(column) -%}
    coalesce(length({{ clean_text(column) }}) = 10 or {{ is_date(column) }}, false)
{%- endmacro %}
