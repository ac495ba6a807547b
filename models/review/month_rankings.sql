{%- set from_above = 'partition by month order by total_score desc' ~ up_to_here() -%}
with

months as (

    select * from {{ ref('month_capacities') }}

),

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

steps_with_capacity as (

    select
        steps.*,
        months.capacity
    from steps
    inner join months on steps.month = months.month

),

ranked as (

    select
        *,
        {{ leads_above('total_score') }} as leads_above,
        {{ losers_below('total_score') }} as losers_below,
        sum(opportunities) over ({{ from_above }}) - opportunities as winners_above,
        sum(opportunities) over (partition by month) as month_winners,
        sum(leads - opportunities) over (partition by month) as month_losers
    from steps_with_capacity

),

summed as (

    select
        month,
        sum(leads) as leads,
        sum(opportunities) as opportunities,
        sum(handoff_leads) as handoff_leads,
        sum(handoff_opportunities) as handoff_opportunities,
        {{ twice_pairs_won() }} as twice_pairs_won,
        {{ opportunities_within('capacity') }} as opportunities_within_capacity
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

month_rankings as (

    select
        months.month,
        months.capacity,
        cast(coalesce(summed.leads, 0) as {{ dbt.type_bigint() }}) as leads,
        cast(coalesce(summed.opportunities, 0) as {{ dbt.type_bigint() }}) as opportunities,
        {{ auc('summed.twice_pairs_won', 'summed.leads', 'summed.opportunities') }} as auc,
        cast(margins.auc_margin as numeric(18, 6)) as auc_margin,
        {{ share_of('summed.handoff_leads', 'summed.leads') }} as handoff_lead_share,
        {{ share_of('summed.handoff_opportunities', 'summed.opportunities') }} as handoff_opportunity_share,
        cast(case when months.capacity is not null then {{ lift(
            'summed.opportunities_within_capacity', 'months.capacity', 'summed.leads', 'summed.opportunities'
        ) }} end as numeric(18, 6)) as lift_at_capacity
    from months
    left join summed on months.month = summed.month
    left join margins on months.month = margins.month

)

select * from month_rankings
