{# When this run began, UTC, as a timestamp literal. #}
{% macro run_start() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}


{# True if this command builds every model and seed of this project and runs every data test. After a full parse dbt
   knows tests of models that are switched off too: they read nothing, or nothing that is there. #}
{% macro is_whole_build() %}
    {%- set left_out = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.package_name == 'lead_scoring'
        and node.resource_type in ['model', 'seed', 'test'] and node.unique_id not in selected_resources -%}
        {%- set gone = node.depends_on.nodes | reject('in', graph.nodes) | reject('in', graph.sources) | list -%}
        {%- if node.resource_type != 'test' or node.depends_on.nodes and not gone -%}
            {%- do left_out.append(node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(execute and not left_out and not flags.EMPTY) -}}
{% endmacro %}


{# The first thing that a build changes: from now on until its end no build is complete. #}
{% macro forget_completed_build() %}
    {%- set completed = graph.nodes.get('model.lead_scoring.completed_build') if execute and flags.WHICH in ('build', 'run', 'seed') -%}
    {%- set nodes = graph.nodes.values() | selectattr('unique_id', 'in', selected_resources) if completed else [] -%}
    {%- set ours = nodes | selectattr('package_name', 'equalto', 'lead_scoring') | map(attribute='resource_type') | list -%}
    {%- set is_begun = 'model' in ours or 'seed' in ours -%}
    {%- set built = adapter.get_relation(completed.database, completed.schema, completed.alias) if is_begun -%}
    {{- 'delete from ' ~ built if built -}}
{% endmacro %}


{# Before scores are recorded as published: those of builds that nobody saw, because a later build took their place
   before they were published. Where nothing is ever published, what is built is what is seen. #}
{% macro forget_unpublished_scores() -%}
    {%- set published = record_of_leads() -%}
    {%- set publications = adapter.get_relation(published.database, published.schema, 'publications') if published -%}
    {{ 'delete from ' ~ published ~ ' where publication_number > (select max(publication_number) from ' ~ publications ~ ')'
        if publications and not flags.EMPTY }}
{%- endmacro %}
