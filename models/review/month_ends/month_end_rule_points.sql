-- A reset takes back its whole episode. Leaving out both sides keeps the sum and shows no points that
-- are gone: what it took stands until the reset, and the reset itself, from then until then, never.
with

month_ends as (

    select * from {{ ref('month_ends') }}

),

-- cut to size before months are joined, as in `month_end_scores`
standing as (

    select
        ledger.lead_id,
        ledger.rule_id,
        ledger.points,
        greatest(ledger.effective_at, outcomes.created_at) as stands_from,
        least(
            coalesce(case when ledger.axis = 'behavior' then episodes.reset_at end, {{ end_of_time() }}),
            coalesce(outcomes.first_opportunity_at, {{ end_of_time() }})
        ) as stands_until
    from {{ ref('score_ledger') }} as ledger
    inner join {{ ref('lead_outcomes') }} as outcomes on ledger.lead_id = outcomes.lead_id
    left join {{ ref('engagement_episodes') }} as episodes
        on ledger.lead_id = episodes.lead_id and ledger.episode = episodes.episode

),

month_end_rule_points as (

    select
        month_ends.month,
        month_ends.is_reviewed,
        standing.lead_id,
        standing.rule_id,
        cast(sum(standing.points) as numeric(18, 6)) as points
    from standing
    inner join month_ends
        on standing.stands_from < month_ends.month_end_at and standing.stands_until >= month_ends.month_end_at
    group by month_ends.month, month_ends.is_reviewed, standing.lead_id, standing.rule_id
    having sum(standing.points) <> 0

)

select * from month_end_rule_points
