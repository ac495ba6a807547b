{# Where the rows of a raw table come from: a model of the project that uses this one, if the variable
   `raw_<table>` names it; what the connectors make of their sources, if any are on; else the table itself. Columns
   that are not there are empty. #}
{% macro raw_rows(table) -%}
    {%- set model_name = var('raw_' ~ table, none) or connected_model(table) -%}
    {%- set relation = ref(model_name) if model_name else source('raw', table) -%}
    {%- set there = columns_there(relation) -%}
    {%- set selected = [all_columns(relation)] if there is none or there else [] -%}
    {%- for column in contract_columns(table) if there is not none and column not in there -%}
        {%- do selected.append('cast(null as ' ~ dbt.type_string() ~ ') as ' ~ column) -%}
    {%- endfor -%}
    select {{ selected | join(', ') }} {{ 'from ' ~ relation if there is none or there else no_rows() }}
{%- endmacro %}


{# None while nothing can be looked up: while parsing, and for the rows of a unit test. #}
{% macro columns_there(relation) %}
    {%- if not execute or relation.is_cte or reads_files() -%}{{- return(none) -}}{%- endif -%}
    {%- set found = adapter.get_relation(relation.database, relation.schema, relation.identifier) -%}
    {%- set names = [] -%}
    {%- for column in (adapter.get_columns_in_relation(found) if found else []) -%}
        {%- do names.append(column.name | lower) -%}
    {%- endfor -%}
    {{- return(names) -}}
{% endmacro %}
