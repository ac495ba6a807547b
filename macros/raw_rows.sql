{# Where the rows of a raw table come from: a model of the project that uses this one, if the variable
   `raw_<table>` names it, else the table itself. #}
{% macro raw_rows(table) -%}
    {%- set model_name = var('raw_' ~ table, none) -%}
    {{- ref(model_name) if model_name else source('raw', table) -}}
{%- endmacro %}
