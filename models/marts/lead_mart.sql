with

leads as (

    select * from {{ ref('stg_leads') }}
    where created_at <= {{ as_of() }}

),

attribute_score as (

    select * from {{ ref('attribute_score') }}

),

behavior_score as (

    select * from {{ ref('behavior_score') }}

),

recency_score as (

    select * from {{ ref('recency_score') }}

),

history as (

    select * from {{ ref('score_history') }}
    where valid_from <= {{ as_of() }} and (valid_to is null or valid_to > {{ as_of() }})

),

tiers as (

    select * from {{ ref('tiers') }}

),

current_stays as (

    select * from {{ ref('tier_stays') }}
    where entered_at <= {{ as_of() }} and (left_at is null or left_at > {{ as_of() }})

),

handoffs as (

    select * from {{ ref('sales_handoffs') }}
    where is_latest

),

crm_records as (

    {{ crm_records() }}

),

lead_mart as (

    select
        leads.lead_id,
        leads.email,
        leads.company_name,
        leads.industry,
        leads.employee_count,
        leads.job_title,
        leads.region,
        leads.segment,
        crm_records.crm_object,
        crm_records.crm_id,
        leads.created_at,
        attribute_score.attribute_score,
        behavior_score.behavior_score,
        recency_score.recency_score,
        history.raw_score,
        history.total_score,
        cast(history.tier as {{ dbt.type_string() }}) as tier,
        cast(
            case when history.is_disqualified then '対象外' else tiers.label end as {{ dbt.type_string() }}
        ) as tier_label,
        cast(
            case when history.is_disqualified then 'スコアリング対象外' else tiers.action end as {{ dbt.type_string() }}
        ) as next_action,
        history.is_disqualified,
        cast(attribute_score.disqualification_reason as {{ dbt.type_string() }}) as disqualification_reason,
        recency_score.is_dormant,
        recency_score.last_activity_at,
        recency_score.days_since_activity,
        behavior_score.resets_at,
        behavior_score.points_lost_to_resets,
        current_stays.entered_at as tier_since,
        top_reasons.top_reasons,
        handoffs.handed_off_at,
        handoffs.sla_due_at,
        handoffs.first_touch_at,
        cast(handoffs.sla_status as {{ dbt.type_string() }}) as sla_status,
        stale_leads.lead_id is not null as is_stale,
        cast(stale_leads.stale_reason as {{ dbt.type_string() }}) as stale_reason,
        cast(opportunities.opportunity_status as {{ dbt.type_string() }}) as opportunity_status,
        {{ as_of() }} as as_of,
        rules_version.rules_version
    from leads
    inner join attribute_score on leads.lead_id = attribute_score.lead_id
    inner join behavior_score on leads.lead_id = behavior_score.lead_id
    inner join recency_score on leads.lead_id = recency_score.lead_id
    inner join history on leads.lead_id = history.lead_id
    left join tiers on history.tier = tiers.tier and not history.is_disqualified
    left join current_stays on leads.lead_id = current_stays.lead_id
    left join {{ ref('lead_top_reasons') }} as top_reasons on leads.lead_id = top_reasons.lead_id
    left join handoffs on leads.lead_id = handoffs.lead_id
    left join {{ ref('stale_leads') }} as stale_leads on leads.lead_id = stale_leads.lead_id
    left join {{ ref('lead_opportunities') }} as opportunities on leads.lead_id = opportunities.lead_id
    left join crm_records on leads.lead_id = crm_records.lead_id
    cross join {{ ref('rules_version') }} as rules_version

)

select * from lead_mart
