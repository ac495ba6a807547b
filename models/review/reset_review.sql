with

months as (

    select * from {{ ref('score_validation_monthly') }}
    where is_mature

),

scores as (

    select scores.*
    from {{ ref('month_end_scores') }} as scores
    inner join months on scores.month = months.month

),

resets as (

    select
        lead_id,
        effective_at as reset_at,
        coalesce(lead(effective_at) over (partition by lead_id order by effective_at), {{ as_of() }}) as next_reset_at,
        -points as points_taken
    from {{ ref('score_ledger') }}
    where entry_type = 'reset'

),

-- at a month's end the last reset is the one before it, as long as no other came
kept as (

    select
        scores.month,
        scores.lead_id,
        case when scores.has_opportunity then 1 else 0 end as opportunity,
        case when resets.lead_id is not null then 1 else 0 end as is_reset,
        greatest(
            scores.attribute_score + scores.behavior_score + scores.recency_score + coalesce(resets.points_taken, 0), 0
        ) as score_without_reset
    from scores
    left join resets
        on
            scores.lead_id = resets.lead_id
            and scores.month_end_at > resets.reset_at
            and scores.month_end_at <= resets.next_reset_at

),

steps as (

    select
        month,
        score_without_reset,
        count(*) as leads,
        sum(opportunity) as opportunities,
        sum(is_reset) as reset_leads,
        sum(is_reset * opportunity) as reset_opportunities
    from kept
    group by month, score_without_reset

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
        {{ leads_above('score_without_reset') }} as leads_above,
        {{ losers_below('score_without_reset') }} as losers_below
    from steps_with_capacity

),

summed as (

    select
        month,
        sum(leads) as leads,
        sum(opportunities) as opportunities,
        sum(reset_leads) as reset_leads,
        sum(reset_opportunities) as reset_opportunities,
        {{ twice_pairs_won() }} as twice_pairs_won,
        {{ opportunities_within('capacity') }} as opportunities_within_capacity
    from ranked
    group by month

),

reset_review as (

    select
        months.month,
        months.leads,
        months.opportunities,
        cast(coalesce(summed.reset_leads, 0) as {{ dbt.type_bigint() }}) as reset_leads,
        cast(coalesce(summed.reset_opportunities, 0) as {{ dbt.type_bigint() }}) as reset_opportunities,
        {{ share_of('summed.reset_opportunities', 'summed.reset_leads') }} as reset_opportunity_rate,
        months.auc,
        {{ auc('summed.twice_pairs_won', 'summed.leads', 'summed.opportunities') }} as auc_without_reset,
        months.lift_at_capacity,
        {{ lift('summed.opportunities_within_capacity', 'months.capacity', 'summed.leads', 'summed.opportunities') }}
            as lift_without_reset
    from months
    left join summed on months.month = summed.month

)

select * from reset_review
