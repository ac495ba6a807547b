with

-- months without a hand-off stay, with empty values
handoffs as (

    select
        month_ends.month,
        month_ends.is_mature,
        outcomes.handoff_id,
        outcomes.has_opportunity,
        outcomes.response_hours,
        outcomes.is_due,
        outcomes.is_met,
        outcomes.is_touched_within_1_hour
    from {{ ref('month_ends') }} as month_ends
    left join {{ ref('handoff_outcomes') }} as outcomes on month_ends.month = outcomes.month

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
        sum(case when has_opportunity then 1 else 0 end) as with_opportunity,
        sum(case when is_met then 1 else 0 end) as met,
        sum(case when is_due then 1 else 0 end) as due,
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
        month,
        'sla_compliance' as kpi,
        {{ share_of('met', 'due') }} as value,
        true as is_mature
    from counts
    union all
    select
        month,
        'touched_within_1_hour_share' as kpi,
        {{ share_of('touched_within_1_hour', 'decided_within_1_hour') }} as value,
        true as is_mature
    from counts
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
