{# A build recomputes the leads that changed since the last finished build, and only them. What
   is finished is remembered per lead in `scored_leads`; a lead is forgotten the moment its tables
   begin to change, and remembered again when all of them are done. So an interrupted or partial
   build is made good by the next one. #}

{# The lists of leads to compute, each a part of the next. #}
{% macro lead_lists() %}
    {{- return(['changed_leads', 'restaged_leads', 'touched_leads']) -}}
{% endmacro %}


{# True for the rows to compute now: those of the given leads, or all rows on a first build. A
   unit test has no `this` and computes all its rows. `step`: a CTE that has these leads only. #}
{% macro is_among(leads, column='lead_id', step=none) -%}
    {%- if not execute or (this and is_incremental()) -%}
        {{ column }} in (select lead_id from {{ step or ref(leads) }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}


{# While no lead is finished, all are computed: dbt then replaces the table, which is quicker than to write the
   rows twice and to delete the old ones (46 M events, after an edited macro: 202 s, not 264 s). Elsewhere dbt
   drops the views above a table that it replaces. #}
{% macro should_full_refresh() %}
    {%- set is_asked_for = dbt.should_full_refresh() -%}
    {%- if is_asked_for or not execute or target.type != 'duckdb' or not lists_of_model() -%}
        {{- return(is_asked_for) -}}
    {%- endif -%}
    {%- set finished = run_query("select 1 from " ~ relation_of('scored_leads') ~ " where fingerprint <> '' limit 1") -%}
    {{- return(finished.rows | length == 0) -}}
{% endmacro %}


{# The lists of leads by which a model is computed. #}
{% macro lists_of_model() %}
    {%- set lists = [] -%}
    {%- for leads in lead_lists() if 'model.lead_scoring.' ~ leads in model.depends_on.nodes -%}
        {%- do lists.append(leads) -%}
    {%- endfor -%}
    {{- return(lists) -}}
{% endmacro %}


{# A model's table where `ref` would not do: for a hook, or for a model that does not name it. #}
{% macro relation_of(name) %}
    {{- return(graph.nodes['model.lead_scoring.' ~ name].relation_name) -}}
{% endmacro %}


{# True if another month than at the last build is the newest one over, or the newest one whose
   outcomes are known: then the table of month ends is computed for all leads. #}
{% macro has_new_month() -%}
    {%- if execute and this and is_incremental() -%}
        {%- set newest = '(select max(month) from %s where %s)' -%}
        {%- for condition in ['true', 'is_mature'] -%}
            {{ newest % (ref('month_ends'), condition) }} is distinct from {{ newest % (this, condition) }}
            {{- ' or ' if not loop.last }}
        {%- endfor -%}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}


{# dbt's own delete+insert deletes what it is about to insert. A lead that is left without rows
   must lose its old ones too. Models that are not computed by lead are left to dbt. #}
{% macro get_incremental_delete_insert_sql(arg_dict) %}
    {%- set target, temporary, key = arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set recomputed = [] -%}
    {%- for leads in lists_of_model() -%}
        {%- do recomputed.append('select lead_id from ' ~ ref(leads)) -%}
    {%- endfor -%}
    {%- if not recomputed -%}
        {{- return(adapter.dispatch('get_incremental_delete_insert_sql', 'dbt')(arg_dict)) -}}
    {%- endif -%}
    delete from {{ target }}
    where {{ key }} in (
        select {{ key }} from {{ target }} where lead_id in ({{ recomputed | join(' union all ') }})
        union all
        select {{ key }} from {{ temporary }}
    )
    {%- if 'model.lead_scoring.month_ends' in model.depends_on.nodes %}
        or {{ has_new_month() }}
    {%- endif -%};
    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ temporary }}
{% endmacro %}


{# After creating one of the lists: its leads are not finished any more. They stay in
   `scored_leads` without a fingerprint, so that a lead which vanishes meanwhile is still known. #}
{% macro forget_scored_leads() -%}
    delete from {{ ref('scored_leads').render() }} where lead_id in (select lead_id from {{ this }})
{%- endmacro %}

{% macro mark_unfinished_leads() -%}
    insert into {{ ref('scored_leads').render() }} ({{ scored_lead_columns() }})
    select
        lead_id, '' as fingerprint, '' as repeats_fingerprint, '' as outcomes_fingerprint, '' as scoring_version
    from {{ this }}
{%- endmacro %}


{# By name: a table that an older version made has a younger column last. #}
{% macro scored_lead_columns() -%}
    lead_id, fingerprint, repeats_fingerprint, outcomes_fingerprint, scoring_version
{%- endmacro %}


{# After the run: if it built all that is computed by lead, its leads are finished. #}
{% macro remember_scored_leads(results) %}
    {%- if execute and flags.WHICH in ('build', 'run') and not flags.EMPTY and 'model.lead_scoring.scored_leads' in graph.nodes -%}
        {%- set built = results | selectattr('status', 'in', ['success', 'pass']) | map(attribute='node.unique_id') | list -%}
        {%- set left = models_in(staging_folders() + scoring_folders()) | rejectattr('unique_id', 'in', built) | list -%}
        {%- if not left -%}
            {%- set scored_leads, touched_leads = relation_of('scored_leads'), relation_of('touched_leads') -%}
            delete from {{ scored_leads }} where lead_id in (select lead_id from {{ touched_leads }});
            insert into {{ scored_leads }} ({{ scored_lead_columns() }})
            select {{ scored_lead_columns() }} from {{ touched_leads }}
            where fingerprint is not null
            {%- for leads in lead_lists() -%}
                {#- an erased person is not to live on in a list of the work done -#}
                ; delete from {{ relation_of(leads) }} where fingerprint is null
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{# The SQL of some folders and of all macros as one hash: who changes one need not think of
   `--full-refresh`. #}
{% macro code_version(folders) -%}
    {%- set checksums = [macros_checksum()] -%}
    {%- for node in models_in(folders) -%}
        {%- do checksums.append(node.name ~ node.checksum.checksum) -%}
    {%- endfor -%}
    {{ local_md5(checksums | sort | join) }}
{%- endmacro %}


{# The models in folders of these names, without those in folders below. #}
{% macro models_in(folders) %}
    {%- set models = [] -%}
    {%- for node in graph.get('nodes', {}).values() if node.resource_type == 'model' and node.fqn[-2] in folders -%}
        {%- do models.append(node) -%}
    {%- endfor -%}
    {{- return(models) -}}
{% endmacro %}


{# Where the tables lie that are computed by lead, and what they are computed from. #}
{% macro staging_folders() %}
    {{- return(['staging', 'base', 'changes']) -}}
{% endmacro %}

{% macro scoring_folders() %}
    {{- return(['rules', 'scoring', 'month_ends']) -}}
{% endmacro %}


{# A record that is never rewritten still forgets who was erased, but not whose row is there and cannot be
   read. No lead at all means that the load failed or the run was with `--empty`, not that everybody was erased. #}
{% macro forget_erased_leads() -%}
    {%- set base_leads = ref('base_leads').render() -%}
    delete from {{ this }}
    where
        exists (select 1 from {{ base_leads }})
        and not exists (
            select 1 from {{ base_leads }} as base_leads where base_leads.lead_id = {{ this.identifier }}.lead_id
        )
{%- endmacro %}
