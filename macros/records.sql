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


{# Before anything is replaced or forgotten: stops if too many of the leads of the last finished build are missing,
   as after half a file. The leads of the bundled sample may all go. #}
{% macro refuse_vanished_leads() %}
    {%- set record = graph.nodes['model.lead_scoring.published_scores'] -%}
    {%- set published = adapter.get_relation(record.database, record.schema, record.alias) if execute else none -%}
    {%- if published and not flags.EMPTY and not was_bundled_sample() -%}
        {%- set query -%}
            select count(*), sum(case when present.lead_id is null then 1 else 0 end), min(case when present.lead_id is null then published.lead_id end)
            from (select distinct lead_id from {{ published }}) as published
            left join (
                select lead_id from {{ ref('base_leads').render() }}
                union
                select alias_id from {{ ref('stg_lead_aliases').render() }}
            ) as present on published.lead_id = present.lead_id
        {%- endset -%}
        {%- set known, missing, example = run_query(query).rows[0].values() -%}
        {%- if known and missing > 20 and missing > known * var('max_vanished_share') -%}
            {{ exceptions.raise_compiler_error(
                missing ~ " of the " ~ known ~ " leads of the last build are missing from the raw table leads, for example "
                ~ example ~ ". Nothing was changed. If the file is incomplete, load it again; if they are really erased, "
                ~ "accept it with --vars '{max_vanished_share: 1}'.") }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{# True if the last build scored the sample that comes with the project, false if it scored something else; none
   before the first build. #}
{% macro was_bundled_sample() %}
    {%- set clock = graph.nodes['model.lead_scoring.scoring_clock'] -%}
    {%- set built = adapter.get_relation(clock.database, clock.schema, clock.alias) -%}
    {%- if built -%}
        {%- for row in run_query('select is_bundled_sample from ' ~ built) -%}
            {{- return(row[0]) -}}
        {%- endfor -%}
    {%- endif -%}
    {{- return(none) -}}
{% endmacro %}
