with

responses as (

    select * from {{ ref('salesforce_responses') }}

),

engagements as (

    select * from {{ ref('salesforce_engagements') }}

),

deals as (

    select * from {{ ref('salesforce_deals') }}

),

stage_entries as (

    select * from {{ ref('salesforce_stage_entries') }}

),

accounts as (

    select * from {{ ref('salesforce_accounts') }}

),

facts as (

    select * from {{ ref('salesforce_facts') }}
    where not is_deleted

),

used as (

    select 'event_types' as mapping, kind, code from responses
    union all
    select 'sales_touches' as mapping, direction_kind as kind, direction as code from engagements
    union all
    select 'sales_touches' as mapping, outcome_kind as kind, outcome as code from engagements
    union all
    select 'deal_stages' as mapping, pipeline_id as kind, stage_id as code from deals
    union all
    select 'deal_stages' as mapping, deals.pipeline_id as kind, stage_entries.stage_id as code
    from stage_entries
    inner join deals on stage_entries.deal_id = deals.deal_id
    where stage_entries.stage_id <> deals.stage_id
    union all
    select 'attribute_values' as mapping, 'industry' as kind, industry as code from accounts
    union all
    select 'attribute_values' as mapping, 'industry' as kind, industry as code from facts
    union all
    select 'attribute_values' as mapping, 'segment' as kind, account_type as code from accounts
    union all
    select 'attribute_values' as mapping, 'disqualified' as kind, status as code from facts

),

salesforce_codes as (

    select
        mapping,
        kind,
        code,
        cast(null as {{ dbt.type_string() }}) as label,
        count(*) as row_count
    from used
    where code is not null
    group by mapping, kind, code

)

select * from salesforce_codes
