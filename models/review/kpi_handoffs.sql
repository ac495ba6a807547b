with

-- months without a hand-off stay, with empty values
handoffs as (

    select
        month_ends.month,
        month_ends.is_mature,
        handoffs.handoff_id,
        handoffs.handed_off_at,
        handoffs.response_hours,
        handoffs.sla_status,
        handoffs.is_touched_within_1_hour,
        handoffs.opportunity_created_at
    from {{ ref('month_ends') }} as month_ends
    left join {{ ref('sales_handoffs') }} as handoffs
        on {{ local_month('handoffs.handed_off_at') }} = month_ends.month

),

-- while nobody records what sales does, nothing is known of how it keeps its promises
recording as (

    select coalesce(recorded_since <= {{ as_of() }}, false) as is_recorded from {{ ref('sales_recording') }}

),

ranked_responses as (

    select
        month,
        response_hours,
        row_number() over (partition by month order by response_hours asc, handoff_id asc) as response,
        count(*) over (partition by month) as responses
    from handoffs
    where response_hours is not null

),

-- the middle one, or the mean of the middle two
medians as (

    select
        month,
        cast(round((min(response_hours) + max(response_hours)) * 0.5, 6) as numeric(18, 6)) as median_hours
    from ranked_responses
    where 2 * response between responses and responses + 2
    group by month

),

counts as (

    select
        month,
        is_mature,
        count(handoff_id) as handoffs,
        sum(
            case
                when opportunity_created_at < {{ add_days('handed_off_at', var('outcome_horizon_days')) }} then 1
                else 0
            end
        ) as with_opportunity,
        sum(case when sla_status = 'met' then 1 else 0 end) as met,
        sum(case when sla_status in ('met', 'late', 'breached') then 1 else 0 end) as due,
        sum(case when is_touched_within_1_hour then 1 else 0 end) as touched_within_1_hour,
        count(is_touched_within_1_hour) as decided_within_1_hour
    from handoffs
    group by month, is_mature

),

kpi_handoffs as (

    select
        month,
        'opportunity_rate' as kpi,
        cast(case when is_mature then {{ share_of('with_opportunity', 'handoffs') }} end as numeric(18, 6)) as value,
        is_mature
    from counts
    union all
    select
        counts.month,
        'sla_compliance' as kpi,
        cast(case when recording.is_recorded then {{ share_of('met', 'due') }} end as numeric(18, 6)) as value,
        true as is_mature
    from counts
    cross join recording
    union all
    select
        counts.month,
        'touched_within_1_hour_share' as kpi,
        cast(
            case when recording.is_recorded then {{ share_of('touched_within_1_hour', 'decided_within_1_hour') }} end
            as numeric(18, 6)
        ) as value,
        true as is_mature
    from counts
    cross join recording
    union all
    select
        counts.month,
        'first_response_median_hours' as kpi,
        medians.median_hours as value,
        true as is_mature
    from counts
    left join medians on counts.month = medians.month

)

select * from kpi_handoffs
