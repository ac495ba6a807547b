{# Before seeds load, on the embedded engine: what a spreadsheet did to the csv files people edit,
   a sentence each. #}
{% macro check_rule_files() %}
    {%- if execute and target.type == 'duckdb' and flags.WHICH in ('build', 'seed') -%}
        {%- do found_by_python({'seeds': edited_seeds()}) -%}
    {%- endif -%}
{% endmacro %}


{# Those of this run that people edit. #}
{% macro edited_seeds() %}
    {%- set read = [] -%}
    {%- for model in graph.nodes.values() if model.package_name == 'lead_scoring' and model.resource_type == 'model' -%}
        {%- do read.extend(model.depends_on.nodes) -%}
    {%- endfor -%}
    {%- set seeds = [] -%}
    {%- for seed in graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed')
        | selectattr('unique_id', 'in', selected_resources) | sort(attribute='original_file_path')
        if seed.package_name == 'lead_scoring' and seed.fqn[1] in ['rules', 'governance', 'mapping'] or seed.unique_id in read
        and seed.package_name != 'lead_scoring' -%}
        {%- do seeds.append(seed) -%}
    {%- endfor -%}
    {{- return(seeds) -}}
{% endmacro %}


{# What the plugin of this project finds out about files, see src/lead_scoring/preflight.py: it puts its answer
   beside the question. Stops if there is something wrong, and says all of it: with `print`, so that it is seen
   under `--quiet` too. #}
{% macro found_by_python(question) %}
    {%- if 'lead_scoring.preflight' not in (target.plugins or []) | map(attribute='module') | list -%}
        {{ exceptions.raise_compiler_error(
            "The output '" ~ target.name ~ "' in profiles.yml lacks the plugin that checks files before they are loaded. "
            ~ "Install the Python package lead-scoring beside dbt and add to that output: "
            ~ "plugins: [{module: lead_scoring.preflight}].") }}
    {%- endif -%}
    {%- do run_query('select 1') -%}  {#- opens the connection that the plugin uses -#}
    {%- do adapter.store_relation('preflight', none, [], '', '', question) -%}
    {%- for problem in question.problems -%}{%- do print('ERROR ' ~ problem) -%}{%- endfor -%}
    {%- if question.problems -%}
        {{ exceptions.raise_compiler_error(
            'Files cannot be loaded as they are. The lines above that begin with ERROR say why.') }}
    {%- endif -%}
    {{- return(question) -}}
{% endmacro %}
