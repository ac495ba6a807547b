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
