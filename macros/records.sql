{# A record that is never rewritten still forgets who was erased, but not whose row is there and cannot be read, nor
   a former id of somebody. No lead at all means that the load failed or the run was with `--empty`. #}
{% macro forget_erased_leads() -%}
    {%- set base_leads = ref('base_leads').render() -%}
    delete from {{ this }}
    where
        exists (select 1 from {{ base_leads }})
        and not exists (
            select 1 from {{ base_leads }} as base_leads where base_leads.lead_id = {{ this.identifier }}.lead_id
        )
        and not exists (
            select 1 from {{ ref('lead_ids').render() }} as lead_ids where lead_ids.known_id = {{ this.identifier }}.lead_id
        )
{%- endmacro %}


{# What was published of the bundled sample goes as soon as somebody's own leads are scored. #}
{% macro forget_bundled_sample() -%}
    {%- set published = record_of_leads() -%}
    {{ 'delete from ' ~ published ~ ' where is_bundled_sample' if published and not reads_sample() and not flags.EMPTY }}
{%- endmacro %}


{# Before anything is replaced or forgotten: stops if too many of the leads of the last finished build are missing,
   as after half a file. The leads of the bundled sample may all go. #}
{% macro refuse_vanished_leads() %}
    {#- an error of the rule book stops the build here, before anything is scored by it -#}
    {%- set checked_rules = ref('rules_version') -%}
    {#- named here, so that dbt sees them also while it only parses -#}
    {%- set base_leads, aliases = ref('base_leads').render(), ref('stg_lead_aliases').render() -%}
    {%- set published = record_of_leads() -%}
    {%- if published and not flags.EMPTY -%}
        {%- set query -%}
            select
                count(*),
                sum(case when present.lead_id is null then 1 else 0 end),
                min(case when present.lead_id is null then published.lead_id end)
            from (select distinct lead_id from {{ published }} where not is_bundled_sample) as published
            left join (
                select lead_id from {{ base_leads }}
                {{ union_distinct() }}
                select alias_id as lead_id from {{ aliases }}
            ) as present on published.lead_id = present.lead_id
        {%- endset -%}
        {%- set known, missing, example = run_query(query).rows[0].values() -%}
        {%- if known and missing > 20 and missing > known * (var('max_vanished_share') | float) -%}
            {{ exceptions.raise_compiler_error(
                missing ~ " of the " ~ known ~ " leads of the last build are missing from the raw table leads, for example "
                ~ example ~ ". Their scores and records are as they were. If the file is incomplete, load it again; if they "
                ~ "are really erased, accept it with --vars '{max_vanished_share: 1}'.") }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{# Before anything runs: a database that holds real leads is not filled with the sample, and an optional raw table
   that the last build read is not simply gone. #}
{% macro refuse_lost_tables() %}
    {%- set published = record_of_leads() if execute and flags.WHICH in ('build', 'run') and needs_raw_tables() else none -%}
    {%- if published and (var('max_vanished_share') | float) < 1 -%}
        {%- set real = run_query('select count(distinct lead_id) from ' ~ published ~ ' where not is_bundled_sample').rows[0][0] -%}
        {%- if real and reads_sample() -%}
            {{ exceptions.raise_compiler_error(
                "This database holds the scores of " ~ real ~ " leads of your own, and nothing names your data, so that the "
                ~ "bundled sample would take their place. Name them with --vars '{raw_data: DIR}' or, if they are in the schema "
                ~ var('raw_schema') ~ ", '{raw_data: \"\"}'; for the sample set LEAD_SCORING_DUCKDB to another file.") }}
        {%- elif real and not connectors() -%}
            {%- do refuse_missing_tables() -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{% macro refuse_missing_tables() %}
    {%- set accounting = graph.nodes.get('model.lead_scoring.row_accounting') -%}
    {%- set built = adapter.get_relation(accounting.database, accounting.schema, accounting.alias) if accounting -%}
    {%- for table in raw_tables() if built -%}
        {%- set before = run_query(
            "select rows_in from " ~ built ~ " where rows_in > 0 and source_table = '" ~ table.name ~ "'").rows -%}
        {%- if before and not is_raw_table_there(table) -%}
            {{ exceptions.raise_compiler_error(
                "The raw table " ~ table.name ~ " is not there, but the last build read " ~ before[0][0] ~ " rows of it. Put "
                ~ "it back; if it is really given up, accept it with --vars '{max_vanished_share: 1}'.") }}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{# The table of published scores if it is there and tells whose leads they are. #}
{% macro record_of_leads() %}
    {%- if execute -%}
        {%- set record = graph.nodes.get('model.lead_scoring.published_scores') -%}
        {%- set built = adapter.get_relation(record.database, record.schema, record.alias) if record -%}
        {%- if built and has_column(built, 'is_bundled_sample') -%}
            {{- return(built) -}}
        {%- endif -%}
    {%- endif -%}
    {{- return(none) -}}
{% endmacro %}
