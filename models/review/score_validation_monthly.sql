with

months as (

    select * from {{ ref('month_ends') }}

),

sales_capacity as (

    select * from {{ ref('sales_capacity') }}

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

capacities as (

    select
        months.month,
        sales_capacity.handoffs_per_week * 52 / 12 as capacity,
        row_number() over (partition by months.month order by sales_capacity.valid_from_date desc) as capacity_rank
    from months
    inner join sales_capacity on sales_capacity.valid_from_date < {{ dbt.dateadd('month', 1, 'months.month') }}

),

ranked as (

    select
        steps.*,
        capacities.capacity,
        sum(steps.leads) over (partition by steps.month order by steps.total_score desc) - steps.leads as leads_above,
        sum(steps.leads - steps.opportunities) over (partition by steps.month order by steps.total_score)
        - (steps.leads - steps.opportunities) as losers_below
    from steps
    left join capacities on steps.month = capacities.month and capacities.capacity_rank = 1

),

-- pairs of a lead with and one without opportunity: counted twice, so that ties count whole
summed as (

    select
        month,
        max(capacity) as capacity,
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
        case when months.is_mature then {{ share_of(
            'summed.twice_pairs_won', '2 * summed.opportunities * (summed.leads - summed.opportunities)'
        ) }} end as auc,
        {{ share_of('summed.handoff_leads', 'summed.leads') }} as handoff_lead_share,
        case when months.is_mature then {{ share_of('summed.handoff_opportunities', 'summed.opportunities') }} end
            as handoff_opportunity_share,
        cast(summed.capacity as numeric(18, 6)) as capacity,
        case when months.is_mature then {{ share_of(
            'summed.opportunities_within_capacity * summed.leads',
            'summed.opportunities * least(summed.capacity, summed.leads)'
        ) }} end as lift_at_capacity
    from months
    left join summed on months.month = summed.month

)

select * from score_validation_monthly
