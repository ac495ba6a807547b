with

email_acts as (

    select * from {{ ref('hubspot_email_acts') }}

),

site_acts as (

    select * from {{ ref('hubspot_site_acts') }}

),

engagements as (

    select * from {{ ref('hubspot_engagements') }}

),

deals as (

    select * from {{ ref('hubspot_deals') }}

),

stages as (

    select * from {{ ref('hubspot_stages') }}

),

contacts as (

    select * from {{ ref('hubspot_contacts') }}

),

companies as (

    select * from {{ ref('hubspot_companies') }}

),

used as (

    select 'event_types' as mapping, kind, code, label from email_acts
    union all
    select 'event_types' as mapping, kind, code, label from site_acts
    union all
    select 'sales_touches' as mapping, direction_kind as kind, direction as code, null as label
    from engagements
    union all
    select 'sales_touches' as mapping, outcome_kind as kind, outcome as code, null as label
    from engagements
    union all
    select 'deal_stages' as mapping, deals.pipeline_id as kind, deals.stage_id as code, stages.label
    from deals
    left join stages on deals.pipeline_id = stages.pipeline_id and deals.stage_id = stages.stage_id
    union all
    select 'attribute_values' as mapping, 'industry' as kind, industry as code, null as label from companies
    union all
    select 'attribute_values' as mapping, 'industry' as kind, industry as code, null as label from contacts
    union all
    select 'attribute_values' as mapping, 'segment' as kind, persona as code, null as label from contacts
    union all
    select 'attribute_values' as mapping, 'disqualified' as kind, lead_status as code, null as label from contacts

),

counted as (

    select mapping, kind, code, label, 1 as row_count from used
    union all
    select 'deal_stages' as mapping, pipeline_id as kind, stage_id as code, label, 0 as row_count from stages

),

hubspot_codes as (

    select
        mapping,
        kind,
        code,
        max(label) as label,
        cast(sum(row_count) as {{ dbt.type_bigint() }}) as row_count
    from counted
    where code is not null
    group by mapping, kind, code

)

select * from hubspot_codes
