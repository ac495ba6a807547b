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
        on sales_capacity.valid_from_date < {{ add_months('months.month', 1) }}

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
        - (steps.leads - steps.opportunities) as losers_below,
        sum(steps.opportunities) over (partition by steps.month order by steps.total_score desc)
        - steps.opportunities as winners_above,
        sum(steps.opportunities) over (partition by steps.month) as month_winners,
        sum(steps.leads - steps.opportunities) over (partition by steps.month) as month_losers
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
        sum(opportunities * least({{ as_float('greatest(capacity - leads_above, 0)') }} / leads, 1))
            as opportunities_within_capacity
    from ranked
    group by month

),

-- DeLong's variance: how much the share of pairs won differs from lead to lead
placed as (

    select
        month,
        {{ as_float('opportunities') }} as winners,
        {{ as_float('leads - opportunities') }} as losers,
        {{ as_float('2 * losers_below + leads - opportunities') }} / nullif(2 * month_losers, 0) as won_by_winner,
        {{ as_float('2 * winners_above + opportunities') }} / nullif(2 * month_winners, 0) as won_against_loser
    from ranked

),

spreads as (

    select
        month,
        sum(winners * won_by_winner * won_by_winner) - sum(winners * won_by_winner) * sum(winners * won_by_winner)
        / nullif(sum(winners), 0) as spread_of_winners,
        sum(losers * won_against_loser * won_against_loser)
        - sum(losers * won_against_loser) * sum(losers * won_against_loser)
        / nullif(sum(losers), 0) as spread_of_losers,
        sum(winners) as winners,
        sum(losers) as losers
    from placed
    group by month

),

margins as (

    select
        month,
        {{ z_95() }} * sqrt(
            greatest(spread_of_winners, 0) / nullif(winners * (winners - 1), 0)
            + greatest(spread_of_losers, 0) / nullif(losers * (losers - 1), 0)
        ) as auc_margin
    from spreads

),

rated as (

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
        ) }} end as numeric(18, 6)) as lift_at_capacity,
        margins.auc_margin,
        case when months.is_mature then coalesce(summed.leads, 0) end as mature_leads
    from months
    left join summed on months.month = summed.month
    left join margins on months.month = margins.month

),

trends as (

    select
        *,
        sum(opportunities) over (order by month rows between 11 preceding and current row) as year_opportunities,
        sum(mature_leads) over (order by month rows between 11 preceding and current row) as year_leads
    from rated

),

score_validation_monthly as (

    select
        month,
        is_mature,
        leads,
        opportunities,
        {{ share_of('opportunities', 'mature_leads') }} as opportunity_rate,
        {{ wilson_low('opportunities', 'mature_leads') }} as opportunity_rate_low,
        {{ wilson_high('opportunities', 'mature_leads') }} as opportunity_rate_high,
        cast(case when is_mature then {{ share_of('year_opportunities', 'year_leads') }} end as numeric(18, 6))
            as opportunity_rate_of_year,
        auc,
        cast(case when auc_margin is not null then greatest(auc - auc_margin, 0) end as numeric(18, 6)) as auc_low,
        cast(case when auc_margin is not null then least(auc + auc_margin, 1) end as numeric(18, 6)) as auc_high,
        handoff_lead_share,
        handoff_opportunity_share,
        capacity,
        lift_at_capacity
    from trends

)

select * from score_validation_monthly
