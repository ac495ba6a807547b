{# Before any model runs: find the raw tables and check them, so that a wrong path or column
   is one readable sentence and not a failed model half-way. Returns the statements that expose
   files as views; other engines have their tables already. `dbt test` leaves all as it was
   built, so that it needs no variable; nor does a look at the rule book alone. #}
{% macro prepare_raw() %}
    {%- set statements = [] -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- do look_at_tables_anew(our_sources()) -%}
    {%- endif -%}
    {%- if execute and flags.WHICH in ('build', 'run') and needs_raw_tables() and connectors() -%}
        {{- check_connectors() -}}
    {%- elif execute and flags.WHICH in ('build', 'run') and needs_raw_tables() -%}
        {%- set files = {} -%}
        {%- if reads_files() -%}
            {%- do files.update(found_by_python({'raw_data': var('raw_data'), 'sources': raw_tables()})['tables']) -%}
            {%- do statements.append('create schema if not exists raw_files') -%}
        {%- endif -%}
        {%- for table in raw_tables() -%}
            {%- set types = files[table.name].types if files else raw_column_types(table) -%}
            {%- do check_raw_columns(table, types) -%}
            {%- if files -%}
                {%- do refuse_others_relation(table) -%}
                {%- do statements.append(raw_view(table, files[table.name].reader, types)) -%}
                {%- do statements.append("comment on view raw_files." ~ table.name ~ " is '" ~ mark_of_view() ~ "'") -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{- statements | join(';\n') -}}
{% endmacro %}


{# The graph may hold models of a project that uses this one: only ours are looked at. #}
{% macro needs_raw_tables() %}
    {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
        | selectattr('package_name', 'equalto', 'lead_scoring') | rejectattr('fqn.1', 'equalto', 'rules') -%}
    {{- return(models | selectattr('unique_id', 'in', selected_resources) | list != []) -}}
{% endmacro %}


{% macro our_sources() %}
    {{- return(graph.sources.values() | selectattr('package_name', 'equalto', 'lead_scoring') | list) -}}
{% endmacro %}


{# Those that no model of the project that uses this one stands in for. #}
{% macro raw_tables() %}
    {%- set tables = [] -%}
    {%- for table in our_sources() | selectattr('source_name', 'equalto', 'raw') | sort(attribute='name')
        if not var('raw_' ~ table.name, none) -%}
        {%- do tables.append(table) -%}
    {%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}


{# The embedded engine reads files; every other engine, and it too if `raw_data` is empty,
   reads the raw schema; with connectors neither is read. #}
{% macro reads_files() %}
    {{- return(target.type == 'duckdb' and (var('raw_data') or '') != '' and not connectors()) -}}
{% endmacro %}


{# The sample lies in this project, or in it as the package of another. #}
{% macro reads_sample() %}
    {{- return(reads_files() and var('raw_data').rstrip('/') in ('sample_data', 'dbt_packages/lead_scoring/sample_data')) -}}
{% endmacro %}


{# One view per table. Columns its files lack are empty. #}
{% macro raw_view(table, reader, types) %}
    {%- set nulls = [] -%}
    {%- for column in table.columns.keys() if column not in types -%}
        {%- do nulls.append('cast(null as varchar) as ' ~ column) -%}
    {%- endfor -%}
    {%- set query = 'select ' ~ ((['*'] if reader else []) + nulls) | join(', ')
        ~ (' from ' ~ reader if reader else ' where false') -%}
    {{- return('create or replace view raw_files.' ~ table.name ~ ' as ' ~ query) -}}
{% endmacro %}


{% macro mark_of_view() %}
    {{- return('made by lead_scoring') -}}
{% endmacro %}


{# What this project did not make it does not replace. #}
{% macro refuse_others_relation(table) %}
    {%- set query = "select 1 from duckdb_%s() where schema_name = 'raw_files' and database_name = current_database() and %s_name = '"
        ~ table.name ~ "' and comment is distinct from '" ~ mark_of_view() ~ "'" -%}
    {%- if run_query(query % ('views', 'view')).rows or run_query(query % ('tables', 'table')).rows -%}
        {{ exceptions.raise_compiler_error(
            "raw_files." ~ table.name ~ " is in the database, and this project did not make it, so it is left alone. Rename it, "
            ~ "or set LEAD_SCORING_DUCKDB to another file.") }}
    {%- endif -%}
{% endmacro %}


{# True if a raw table that may be absent is there. #}
{% macro is_raw_table_there(table) %}
    {%- if reads_files() -%}
        {{- return(found_by_python({'raw_data': var('raw_data'), 'sources': [table]})['tables'][table.name].reader != '') -}}
    {%- endif -%}
    {{- return(adapter.get_relation(table.database, table.schema, table.identifier) is not none) -}}
{% endmacro %}


{# Empty where an optional table is not there. #}
{% macro raw_column_types(table) %}
    {%- set types = {} -%}
    {%- set relation = adapter.get_relation(table.database, table.schema, table.identifier) -%}
    {%- if relation is none and not table.meta.get('optional') -%}
        {{ exceptions.raise_compiler_error(
            table.schema ~ "." ~ table.identifier ~ " does not exist. Create it as a table or view with "
            ~ "the columns " ~ table.columns.keys() | join(', ') ~ ", or set the variable raw_schema.") }}
    {%- endif -%}
    {%- for column in (adapter.get_columns_in_relation(relation) if relation else []) -%}
        {%- do types.update({column.name | lower: column.dtype | upper}) -%}
    {%- endfor -%}
    {%- if relation and not types -%}
        {{ exceptions.raise_compiler_error(
            table.schema ~ "." ~ table.identifier ~ " has no column that the user " ~ target.user
            ~ " may read. Grant that user `select` on it and `usage` on the schema " ~ table.schema ~ ".") }}
    {%- endif -%}
    {{- return(types) -}}
{% endmacro %}


{# The columns of the contract that must be filled are there, and all are of a type staging can read. #}
{% macro check_raw_columns(table, types) %}
    {%- set name = 'The raw table ' ~ table.name if reads_files() else table.schema ~ '.' ~ table.identifier -%}
    {%- set needed = table.columns.values() | selectattr('meta.required') | map(attribute='name') | list if types else [] -%}
    {%- set extra = scored_attributes() if table.name == 'leads' else [] -%}
    {%- for column in needed + extra if column not in types -%}
        {{ exceptions.raise_compiler_error(
            name ~ " has no column " ~ column ~ ". It has " ~ types.keys() | join(', ')
            ~ ". Rename or add the column in the export or view that fills " ~ name ~ ".") }}
    {%- endfor -%}
    {%- for column, type in types.items() if column in table.columns or column in extra -%}
        {%- do check_raw_type(name, column, type, table.columns.get(column, {}).get('data_type') or 'text') -%}
    {%- endfor -%}
{% endmacro %}


{% macro check_raw_type(table_name, column, found, expected) %}
    {%- set numbers = '.*INT|DEC|NUM|DOUBLE|FLOAT|REAL' -%}
    {%- set readable = {
        'text': '',
        'timestamp': 'TIMESTAMP|DATE',
        'integer': numbers,
        'numeric': numbers,
        'boolean': 'BOOL|.*INT',
    }[expected] ~ '|.*CHAR|TEXT|STRING' -%}
    {%- set nested = modules.re.search('[][]|STRUCT|MAP|ARRAY|RECORD|BLOB|BYTEA', found) -%}
    {%- if nested or not modules.re.match(readable, found) -%}
        {{ exceptions.raise_compiler_error(
            table_name ~ "." ~ column ~ " is " ~ found ~ "; expected " ~ expected
            ~ " (or text that reads as one). Cast it in the export or view that fills " ~ table_name ~ ".") }}
    {%- endif -%}
{% endmacro %}
