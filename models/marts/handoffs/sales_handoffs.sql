with

openings as (

    select
        openings.*,
        tiers.min_score,
        coalesce(openings.next_handed_off_at > {{ as_of() }}, true) as is_latest
    from {{ ref('handoff_openings') }} as openings
    inner join {{ ref('tiers') }} as tiers on openings.tier = tiers.tier
    where openings.handed_off_at <= {{ as_of() }}

),

deadlines as (

    select * from {{ ref('handoff_deadlines') }}

),

first_touches as (

    select * from {{ ref('handoff_first_touches') }}

),

-- who climbed into a higher tier before the deadline is answered for there
climbed as (

    select distinct openings.handoff_id
    from openings
    inner join deadlines on openings.handoff_id = deadlines.handoff_id
    inner join openings as later
        on
            openings.lead_id = later.lead_id
            and openings.handed_off_at < later.handed_off_at
            and deadlines.sla_due_at > later.handed_off_at
            and openings.min_score < later.min_score

),

judged as (

    select
        openings.*,
        deadlines.sla_hours,
        deadlines.sla_clock,
        deadlines.sla_due_at,
        first_touches.first_touch_at,
        first_touches.first_touch_owner,
        first_touches.opportunity_created_at,
        coalesce(first_touches.is_won, false) as is_won,
        case
            when first_touches.first_touch_at <= deadlines.sla_due_at then 'met'
            when first_touches.first_touch_at is not null then 'late'
            when climbed.handoff_id is not null then 'superseded'
            when not coalesce(recording.recorded_since <= {{ as_of() }}, false) then 'unknown'
            when deadlines.sla_due_at < {{ as_of() }} then 'breached'
            else 'open'
        end as sla_status
    from openings
    inner join deadlines on openings.handoff_id = deadlines.handoff_id
    cross join {{ ref('sales_recording') }} as recording
    left join first_touches on openings.handoff_id = first_touches.handoff_id
    left join climbed on openings.handoff_id = climbed.handoff_id

),

sales_handoffs as (

    select
        judged.handoff_id,
        judged.lead_id,
        judged.tier,
        judged.entered_at,
        judged.handed_off_at,
        judged.total_score,
        judged.attribute_score,
        judged.behavior_score,
        judged.recency_score,
        triggers.pushed_by,
        judged.sla_hours,
        judged.sla_clock,
        judged.sla_due_at,
        judged.first_touch_at,
        judged.first_touch_owner,
        {{ elapsed_hours('judged.handed_off_at', 'judged.first_touch_at') }} as response_hours,
        judged.sla_status,
        case
            when judged.first_touch_at <= {{ add_hours('judged.handed_off_at', 1) }} then true
            when judged.first_touch_at is not null then false
            when
                judged.sla_status in ('open', 'breached')
                and {{ add_hours('judged.handed_off_at', 1) }} < {{ as_of() }}
                then false
        end as is_touched_within_1_hour,
        judged.opportunity_created_at,
        judged.is_won,
        case when judged.rearmed_at <= {{ as_of() }} then judged.rearmed_at end as rearmed_at,
        case when judged.rearmed_at <= {{ as_of() }} then judged.rearm_reason end as rearm_reason,
        case when not judged.is_latest then judged.next_handed_off_at end as next_handed_off_at,
        judged.is_latest
    from judged
    left join {{ ref('handoff_triggers') }} as triggers on judged.handoff_id = triggers.handoff_id

)

select * from sales_handoffs
