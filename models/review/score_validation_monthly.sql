with

capacities as (

    select
        months.month,
        months.is_mature,
        {{ share_of('sales_capacity.handoffs_per_week * 52', '12') }} as capacity,
        row_number() over (partition by months.month order by sales_capacity.valid_from_date desc nulls last)
            as capacity_rank
    from {{ ref('month_ends') }} as months
    left join {{ ref('sales_capacity') }} as sales_capacity
        on sales_capacity.valid_from_date < {{ dbt.dateadd('month', 1, 'months.month') }}

),

months as (

    select
        month,
        is_mature,
        capacity
    from capacities
    where capacity_rank = 1

),

-- leads of one score are one step: what is said of them holds for each alike
steps as (

    select
        month,
        total_score,
        count(*) as leads,
        sum(case when has_opportunity then 1 else 0 end) as opportunities,
        sum(case when is_handoff_tier then 1 else 0 end) as handoff_leads,
        sum(case when is_handoff_tier and has_opportunity then 1 else 0 end) as handoff_opportunities
    from {{ ref('month_end_scores') }}
    group by month, total_score

),

ranked as (

    select
        steps.*,
        months.capacity,
        sum(steps.leads) over (partition by steps.month order by steps.total_score desc) - steps.leads as leads_above,
        sum(steps.leads - steps.opportunities) over (partition by steps.month order by steps.total_score)
        - (steps.leads - steps.opportunities) as losers_below
    from steps
    inner join months on steps.month = months.month

),

-- pairs of a lead with and one without opportunity: counted twice, so that ties count whole
summed as (

    select
        month,
        sum(leads) as leads,
        sum(opportunities) as opportunities,
        sum(handoff_leads) as handoff_leads,
        sum(handoff_opportunities) as handoff_opportunities,
        sum(opportunities * (2 * losers_below + leads - opportunities)) as twice_pairs_won,
        sum(opportunities * least(greatest(capacity - leads_above, 0) / leads, 1)) as opportunities_within_capacity
    from ranked
    group by month

),

score_validation_monthly as (

    select
        months.month,
        months.is_mature,
        cast(coalesce(summed.leads, 0) as {{ dbt.type_bigint() }}) as leads,
        cast(case when months.is_mature then coalesce(summed.opportunities, 0) end as {{ dbt.type_bigint() }})
            as opportunities,
        cast(case when months.is_mature then {{ share_of(
            'summed.twice_pairs_won', '2 * summed.opportunities * (summed.leads - summed.opportunities)'
        ) }} end as numeric(18, 6)) as auc,
        {{ share_of('summed.handoff_leads', 'summed.leads') }} as handoff_lead_share,
        cast(
            case when months.is_mature then {{ share_of('summed.handoff_opportunities', 'summed.opportunities') }} end
            as numeric(18, 6)
        ) as handoff_opportunity_share,
        months.capacity,
        cast(case when months.is_mature and months.capacity is not null then {{ share_of(
            'summed.opportunities_within_capacity * summed.leads',
            'summed.opportunities * least(months.capacity, summed.leads)'
        ) }} end as numeric(18, 6)) as lift_at_capacity
    from months
    left join summed on months.month = summed.month

)

select * from score_validation_monthly
