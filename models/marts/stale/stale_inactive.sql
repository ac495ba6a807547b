with

clocks as (

    select * from {{ ref('stale_clocks') }}

),

sleeping as (

    select
        clocks.clock_at,
        clocks.month,
        dormant_periods.lead_id,
        dormant_periods.dormant_from
    from clocks
    inner join {{ ref('dormant_periods') }} as dormant_periods
        on
            clocks.clock_at >= dormant_periods.dormant_from
            and (dormant_periods.dormant_until is null or clocks.clock_at < dormant_periods.dormant_until)

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

before_reset as (

    select
        sleeping.clock_at,
        sleeping.month,
        sleeping.lead_id,
        sleeping.dormant_from as stale_since,
        history.attribute_score,
        cast(history.raw_score + coalesce(resets.points_taken, 0) as numeric(18, 6)) as score_before_reset
    from sleeping
    inner join history
        on
            sleeping.lead_id = history.lead_id
            and sleeping.clock_at >= history.valid_from
            and (history.valid_to is null or sleeping.clock_at < history.valid_to)
    left join resets
        on
            sleeping.lead_id = resets.lead_id
            and sleeping.clock_at >= resets.reset_at
            and (resets.next_reset_at is null or sleeping.clock_at < resets.next_reset_at)

),

-- a join and not `exists`, which DuckDB would work out for all clocks before leaving any out
stale_inactive as (

    select
        before_reset.clock_at,
        before_reset.month,
        before_reset.lead_id,
        before_reset.stale_since,
        before_reset.score_before_reset
    from before_reset
    inner join {{ ref('tiers') }} as tiers
        on
            before_reset.score_before_reset >= tiers.min_score
            and before_reset.attribute_score >= coalesce(tiers.min_attribute_score, before_reset.attribute_score)
    where tiers.sla_hours is not null
    group by
        before_reset.clock_at,
        before_reset.month,
        before_reset.lead_id,
        before_reset.stale_since,
        before_reset.score_before_reset

)

select * from stale_inactive
