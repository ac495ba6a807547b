with

openings as (

    select
        openings.handoff_id,
        openings.lead_id,
        openings.tier,
        openings.handed_off_at,
        openings.total_score,
        openings.attribute_score,
        openings.behavior_score,
        openings.recency_score,
        case when openings.rearmed_at <= {{ as_of() }} then openings.rearmed_at end as rearmed_at,
        case when openings.rearmed_at <= {{ as_of() }} then openings.rearm_reason end as rearm_reason,
        case when openings.next_handed_off_at <= {{ as_of() }} then openings.next_handed_off_at end as next_handed_off_at
    from {{ ref('handoff_openings') }} as openings
    inner join {{ ref('stg_leads') }} as leads on openings.lead_id = leads.lead_id
    where openings.handed_off_at <= {{ as_of() }} and leads.created_at <= {{ as_of() }}

),

first_touches as (

    select * from {{ ref('handoff_first_touches') }}

),

won_or_lost as (

    select
        openings.handoff_id,
        min(opportunities.created_at) as opportunity_created_at,
        max(case
            when opportunities.is_won and coalesce(opportunities.closed_at, opportunities.created_at) <= {{ as_of() }}
                then 1
            else 0
        end) = 1 as is_won
    from openings
    inner join {{ ref('stg_opportunities') }} as opportunities
        on openings.lead_id = opportunities.lead_id and {{ is_of_handoff('opportunities.created_at', 'openings') }}
    group by openings.handoff_id

),

sales_handoffs as (

    select
        openings.handoff_id,
        openings.lead_id,
        openings.tier,
        openings.handed_off_at,
        openings.total_score,
        openings.attribute_score,
        openings.behavior_score,
        openings.recency_score,
        triggers.pushed_by,
        deadlines.sla_hours,
        deadlines.sla_clock,
        deadlines.sla_due_at,
        first_touches.first_touch_at,
        first_touches.first_touch_owner,
        {{ elapsed_hours('openings.handed_off_at', 'first_touches.first_touch_at') }} as response_hours,
        case
            when first_touches.first_touch_at <= deadlines.sla_due_at then 'met'
            when first_touches.first_touch_at is not null then 'late'
            when deadlines.sla_due_at < {{ as_of() }} then 'breached'
            else 'open'
        end as sla_status,
        case
            when first_touches.first_touch_at <= {{ add_hours('openings.handed_off_at', 1) }} then true
            when {{ add_hours('openings.handed_off_at', 1) }} < {{ as_of() }} then false
        end as is_touched_within_1_hour,
        won_or_lost.opportunity_created_at,
        coalesce(won_or_lost.is_won, false) as is_won,
        openings.rearmed_at,
        openings.rearm_reason,
        openings.next_handed_off_at,
        openings.next_handed_off_at is null as is_latest
    from openings
    inner join {{ ref('handoff_deadlines') }} as deadlines on openings.handoff_id = deadlines.handoff_id
    left join {{ ref('handoff_triggers') }} as triggers on openings.handoff_id = triggers.handoff_id
    left join first_touches on openings.handoff_id = first_touches.handoff_id
    left join won_or_lost on openings.handoff_id = won_or_lost.handoff_id

)

select * from sales_handoffs
