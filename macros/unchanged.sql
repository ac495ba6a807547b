{# A build of which nothing is new keeps the tables as they are, on the embedded engine: same files,
   same project, same variables as at the last build that made everything. Tables no clock reaches are
   kept as well when only time has passed. `builds` lies beside the views of the raw files and has a
   row for the last complete build and one for the build that runs. #}
{% macro note_what_is_new() %}
    {%- if execute and flags.WHICH in ('build', 'run') and reads_files() -%}
        {%- set is_comparable = flags.WHICH == 'build' and needs_raw_tables() and not flags.EMPTY -%}
        {%- set builds, clock = builds_table(), as_of() | replace("'", "''") -%}
        create schema if not exists {{ var('raw_schema') }};
        create table if not exists {{ builds }} (build_key varchar, clock varchar, is_complete boolean);
        delete from {{ builds }} where not is_complete;
        insert into {{ builds }} values ('{{ build_key() if is_comparable }}', '{{ clock }}', false);
        {#- what is about to be made anew is no longer that of the complete build -#}
        delete from {{ builds }}
        where
            is_complete
            {%- if not flags.FULL_REFRESH %}
                and build_key <> (select min(build_key) from {{ builds }} where not is_complete)
            {%- endif %};
        update {{ builds }} set clock = '' where is_complete and clock <> '{{ clock }}'
    {%- endif -%}
{% endmacro %}


{# After the run: if it made every seed and model, the next build may compare itself with it. #}
{% macro remember_build(results) %}
    {%- if execute and flags.WHICH == 'build' and reads_files() -%}
        {%- set made = results | selectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list -%}
        {%- set nodes = graph.nodes.values() | selectattr('resource_type', 'in', ['seed', 'model']) -%}
        {%- if nodes | rejectattr('unique_id', 'in', made) | list == [] -%}
            delete from {{ builds_table() }} where is_complete;
            update {{ builds_table() }} set is_complete = true where build_key <> ''
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{% macro builds_table() %}
    {{- return(var('raw_schema') ~ '.builds') -}}
{% endmacro %}


{# Raw files by path, size and time of change; the project by its content; schema and variables, but
   not the clock. Empty, which no complete build has, if a raw file is so young that it may still be written to. #}
{% macro build_key() %}
    {%- set raw, project, given = [], [], [] -%}
    {%- for table in raw_tables() -%}
        {%- set files = raw_files(table) -%}
        {%- if files -%}{%- do raw.append("'" ~ files ~ "'") -%}{%- endif -%}
    {%- endfor -%}
    {%- for files in ['dbt_project.yml', 'dbt_packages/**', 'macros/**', 'models/**', 'seeds/**'] -%}
        {%- do project.append("'" ~ project_root() ~ '/' ~ files ~ "'") -%}
    {%- endfor -%}
    {%- for variable in (invocation_args_dict.get('vars') or {}).items() | sort if variable[0] != 'as_of' -%}
        {%- do given.append(variable) -%}
    {%- endfor -%}
    {%- set query -%}
        select case when max(last_modified) < cast('{{ run_started_at }}' as timestamp with time zone) - interval 2 seconds
            then md5(
                string_agg(filename || size || last_modified, '' order by filename)
                || (
                    select string_agg(filename || content, '' order by filename)
                    from read_text([{{ project | join(', ') }}])
                )
                || '{{ local_md5(target.schema ~ given) }}' || version()
            )
        end
        from read_blob([{{ raw | join(', ') }}])
    {%- endset -%}
    {{- return(run_query(query).columns[0].values()[0] or '') -}}
{% endmacro %}


{# The clock of the last complete build, empty if it is another now; none if there is something to read.
   A unit test has no `this`. #}
{% macro clock_while_nothing_is_new() %}
    {%- if execute and this and flags.WHICH == 'build' and reads_files() -%}
        {{- return(run_query('select max(clock) from ' ~ builds_table() ~ ' where is_complete').columns[0].values()[0]) -}}
    {%- endif -%}
    {{- return(none) -}}
{% endmacro %}


{# True for a build that has nothing to read: no lead is then listed, without looking. #}
{% macro is_raw_unchanged() %}
    {{- return(clock_while_nothing_is_new() is not none) -}}
{% endmacro %}


{# True for a table whose rows would come out the same. #}
{% macro is_kept() %}
    {%- set clock = clock_while_nothing_is_new() if model.config.meta.get('is_kept_while_nothing_is_new') else none -%}
    {%- if clock is none -%}{{- return(false) -}}{%- endif -%}
    {%- set own_sources = graph.sources.values() | rejectattr('source_name', 'equalto', 'raw') | list -%}
    {%- if clock and not own_sources -%}{{- return(true) -}}{%- endif -%}
    {%- set reached = [] -%}
    {%- for node in with_ancestors(model.unique_id) -%}
        {%- do reached.extend(node.get('depends_on', {}).get('macros', []) | select('in', clock_macros())) -%}
        {%- if node in own_sources -%}{{- return(false) -}}{%- endif -%}
    {%- endfor -%}
    {{- return(clock or not reached) -}}
{% endmacro %}


{# The macros through which a model reads the clock. #}
{% macro clock_macros() %}
    {{- return([
        'macro.lead_scoring.as_of', 'macro.lead_scoring.is_of_handoff', 'macro.lead_scoring.three_months_ago'
    ]) -}}
{% endmacro %}


{# A model and all it is made from. The list grows while it is read. #}
{% macro with_ancestors(unique_id) %}
    {%- set found, nodes = [unique_id], [] -%}
    {%- for name in found -%}
        {%- set node = graph.nodes.get(name) or graph.sources.get(name) -%}
        {%- do nodes.append(node) -%}
        {%- for parent in node.get('depends_on', {}).get('nodes', []) if parent not in found -%}
            {%- do found.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(nodes) -}}
{% endmacro %}


{# dbt's own table and incremental model, unless there is one that can be kept. #}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {{ return(kept_relation() or dbt.materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization incremental, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {{ return(kept_relation() or dbt.materialization_incremental_duckdb()) }}
{% endmaterialization %}

{# dbt makes another view, renames both and drops the old one, which takes half as long again. #}
{% materialization view, adapter='duckdb' %}
    {%- set made = kept_relation() or create_or_replace_view() -%}
    {%- do persist_docs(made.relations[0], model) -%}
    {%- do adapter.commit() -%}
    {{ return(made) }}
{% endmaterialization %}

{% macro duckdb__create_view_as(relation, sql) -%}
    {{- dbt.duckdb__create_view_as(relation, sql) | replace('create view', 'create or replace view', 1) -}}
{%- endmacro %}


{% macro kept_relation() %}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none and existing.is_view == (model.config.materialized == 'view') and is_kept() -%}
        {%- call noop_statement('main', 'KEPT', 'KEPT') -%} -- nothing it is made from is new {%- endcall -%}
        {{- return({'relations': [existing]}) -}}
    {%- endif -%}
{% endmacro %}


{# The table's one file, or all in its directory, as DuckDB's pattern; empty where an optional table is absent. #}
{% macro raw_files(table) %}
    {%- set stem = var('raw_data') ~ '/' ~ table.name -%}
    {%- set looks = [] -%}
    {%- for ending in ['.csv', '.parquet', '/**/*.csv', '/**/*.parquet'] -%}
        {%- do looks.append("select '" ~ ending ~ "' from glob('" ~ literal_path(stem) ~ ending ~ "')") -%}
    {%- endfor -%}
    {%- set found = run_query(looks | join(' union ') ~ ' order by 1').columns[0].values() -%}
    {%- if found | length > 1 -%}
        {{ exceptions.raise_compiler_error(
            "raw_data: both " ~ stem ~ found[0] ~ " and " ~ stem ~ found[1] ~ " exist. Remove what is out of date.") }}
    {%- elif not found and not table.meta.get('optional') -%}
        {{ exceptions.raise_compiler_error(
            "raw_data: '" ~ var('raw_data') ~ "' holds neither " ~ table.name ~ ".parquet nor " ~ table.name
            ~ ".csv, nor a directory " ~ table.name ~ " of such files. Export the table under that name, or pass "
            ~ "--vars '{raw_data: DIR}' with the directory that holds it (relative to where you run dbt).") }}
    {%- endif -%}
    {{- return(literal_path(stem) ~ found[0] if found else '') -}}
{% endmacro %}


{# A path as text of a query, in which DuckDB is to see neither the end of the text nor a pattern. #}
{% macro literal_path(path) %}
    {{- return(path | replace("'", "''") | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]')) -}}
{% endmacro %}


{# dbt tells the directory of the project with its seeds only. #}
{% macro project_root() %}
    {{- return(literal_path(graph.nodes['seed.lead_scoring.tiers'].root_path)) -}}
{% endmacro %}
