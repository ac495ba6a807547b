with

leads as (

    select
        leads.lead_id,
        leads.created_at,
        disqualified_leads.disqualified_at
    from {{ ref('stg_leads') }} as leads
    left join {{ ref('disqualified_leads') }} as disqualified_leads on leads.lead_id = disqualified_leads.lead_id
    where
        leads.created_at <= {{ as_of() }}
        and (disqualified_leads.lead_id is null or disqualified_leads.disqualified_at is not null)

),

opportunities as (

    select
        lead_id,
        min(created_at) as first_opportunity_at
    from {{ ref('stg_opportunities') }}
    where created_at <= {{ as_of() }}
    group by lead_id

),

touches as (

    select
        lead_id,
        min(occurred_at) as first_touch_at
    from {{ ref('stg_sales_activities') }}
    where occurred_at <= {{ as_of() }}
    group by lead_id

),

lead_outcomes as (

    select
        leads.lead_id,
        leads.created_at,
        leads.disqualified_at,
        touches.first_touch_at,
        opportunities.first_opportunity_at
    from leads
    left join touches on leads.lead_id = touches.lead_id
    left join opportunities on leads.lead_id = opportunities.lead_id

)

select * from lead_outcomes
