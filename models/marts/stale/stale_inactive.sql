with

clocks as (

    select * from {{ ref('stale_clocks') }}

),

-- a lead that sleeps is judged as if it were awake
tier_bands as (

    select * from {{ ref('tier_bands') }}
    where is_handed_over and not is_dormant

),

history as (

    select * from {{ ref('score_history') }}
    where is_dormant and not is_disqualified

),

resets as (

    select
        lead_id,
        effective_at as reset_at,
        -points as points_taken,
        lead(effective_at) over (partition by lead_id order by effective_at) as next_reset_at
    from {{ ref('score_ledger') }}
    where entry_type = 'reset'

),

-- a reset changes the score, so it begins a row of the history and never lies inside one
before_reset as (

    select
        history.lead_id,
        history.valid_from,
        history.valid_to,
        history.attribute_score,
        cast(history.raw_score + coalesce(resets.points_taken, 0) as numeric(18, 6)) as score_before_reset
    from history
    left join resets
        on
            history.lead_id = resets.lead_id
            and history.valid_from >= resets.reset_at
            and (resets.next_reset_at is null or history.valid_from < resets.next_reset_at)

),

high_scores as (

    select
        before_reset.lead_id,
        before_reset.valid_from,
        before_reset.valid_to,
        before_reset.score_before_reset
    from before_reset
    inner join tier_bands
        on
            before_reset.score_before_reset >= tier_bands.min_total_score
            and before_reset.score_before_reset < tier_bands.below_total_score
            and before_reset.attribute_score >= tier_bands.min_attribute_score
            and before_reset.attribute_score < tier_bands.below_attribute_score

),

asleep as (

    select
        clocks.clock_at,
        clocks.month,
        high_scores.lead_id,
        dormant_periods.dormant_from,
        high_scores.score_before_reset
    from high_scores
    inner join {{ ref('dormant_periods') }} as dormant_periods
        on
            high_scores.lead_id = dormant_periods.lead_id
            and high_scores.valid_from >= dormant_periods.dormant_from
            and (dormant_periods.dormant_until is null or high_scores.valid_from < dormant_periods.dormant_until)
    inner join clocks
        on
            high_scores.valid_from <= clocks.clock_at
            and (high_scores.valid_to is null or high_scores.valid_to > clocks.clock_at)

),

-- who is with sales is not lying around; who was, does since the last opportunity was lost
stale_inactive as (

    select
        asleep.clock_at,
        asleep.month,
        asleep.lead_id,
        greatest(asleep.dormant_from, coalesce(max(opportunities.lost_at), asleep.dormant_from)) as stale_since,
        asleep.score_before_reset
    from asleep
    left join {{ ref('stg_opportunities') }} as opportunities
        on asleep.lead_id = opportunities.lead_id and asleep.clock_at >= opportunities.created_at
    group by asleep.clock_at, asleep.month, asleep.lead_id, asleep.dormant_from, asleep.score_before_reset
    having
        sum(case
            when opportunities.opportunity_id is null or opportunities.lost_at <= asleep.clock_at then 0 else 1
        end) = 0

)

select * from stale_inactive
