with

-- while nobody records what sales does, nothing is known of how it keeps its promises
recording as (

    select coalesce(recorded_since <= {{ as_of() }}, false) as is_recorded from {{ ref('sales_recording') }}

),

handoffs as (

    select
        *,
        {{ local_date('handed_off_at') }} as handed_off_date,
        {{ local_month('handed_off_at') }} as month
    from {{ ref('sales_handoffs') }}

),

handoff_outcomes as (

    select
        handoffs.handoff_id,
        handoffs.tier,
        handoffs.handed_off_date,
        handoffs.month,
        month_ends.is_mature,
        coalesce(
            handoffs.opportunity_created_at
            < {{ add_days('handoffs.handed_off_at', var('outcome_horizon_days')) }}, false
        ) as has_opportunity,
        handoffs.response_hours,
        case when recording.is_recorded then handoffs.sla_status in ('met', 'late', 'breached') end as is_due,
        case when recording.is_recorded then handoffs.sla_status = 'met' end as is_met,
        case when recording.is_recorded then handoffs.is_touched_within_1_hour end as is_touched_within_1_hour
    from handoffs
    inner join {{ ref('month_ends') }} as month_ends on handoffs.month = month_ends.month
    cross join recording

)

select * from handoff_outcomes
