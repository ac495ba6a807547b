{# A share as a decimal of six places. Rounded in two steps, because DuckDB divides in binary,
   where a half at the seventh place may lie a little below. #}
{% macro share_of(part, whole) -%}
    cast(
        round(
            cast(round(cast({{ part }} as numeric(28, 6)) / nullif({{ whole }}, 0), 12) as numeric(28, 12)), 6
        ) as numeric(18, 6)
    )
{%- endmacro %}


{# Texts and columns in turn as one sentence: `sentence('reviews: ', 'reviews', '; last: ', 'reviewed_on')`. #}
{% macro sentence() -%}
    {%- for part in varargs -%}
        {%- if loop.index is odd -%}
            '{{ part }}'
        {%- else -%}
            coalesce(cast({{ part }} as {{ dbt.type_string() }}), 'none')
        {%- endif -%}
        {{ ' || ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
