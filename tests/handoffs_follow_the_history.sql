-- A hand-off begins where a lead enters the tier, with the scores of that moment; the first entry is
-- always one, a later one only if the lead cooled down after the hand-off before; and every
-- hand-off up to the clock is in sales_handoffs.
with

tiers as (

    select * from {{ ref('tiers') }}
    where sla_hours is not null

),

openings as (

    select
        *,
        lag(handed_off_at) over (partition by lead_id, tier order by handed_off_at) as previous_at
    from {{ ref('handoff_openings') }}

),

history as (

    select
        *,
        lag(tier) over (partition by lead_id order by valid_from) as previous_tier
    from {{ ref('score_history') }}

),

first_entries as (

    select
        history.lead_id,
        history.tier,
        min(history.valid_from) as entered_at
    from history
    inner join tiers on history.tier = tiers.tier
    group by history.lead_id, history.tier

),

cooled_down as (

    select
        history.lead_id,
        tiers.tier,
        history.valid_from
    from history
    cross join tiers
    where
        history.total_score < coalesce(tiers.rearm_below, tiers.min_score)
        or history.is_dormant
        or history.is_disqualified

)

select
    openings.lead_id,
    openings.handed_off_at,
    'does not begin a stay in its tier with its scores' as problem
from openings
left join history on openings.lead_id = history.lead_id and openings.handed_off_at = history.valid_from
where
    history.tier is distinct from openings.tier
    or history.previous_tier is not distinct from openings.tier
    or history.total_score is distinct from openings.total_score
    or history.attribute_score is distinct from openings.attribute_score
    or history.behavior_score is distinct from openings.behavior_score
    or history.recency_score is distinct from openings.recency_score
union all
select
    first_entries.lead_id,
    first_entries.entered_at as handed_off_at,
    'the first entry is no hand-off' as problem
from first_entries
left join openings
    on
        first_entries.lead_id = openings.lead_id
        and first_entries.tier = openings.tier
        and first_entries.entered_at = openings.handed_off_at
where openings.handoff_id is null
union all
select
    openings.lead_id,
    openings.handed_off_at,
    'the lead had not cooled down since the hand-off before' as problem
from openings
where
    openings.previous_at is not null
    and not exists (
        select 1 from cooled_down
        where
            cooled_down.lead_id = openings.lead_id
            and cooled_down.tier = openings.tier
            and cooled_down.valid_from > openings.previous_at
            and cooled_down.valid_from <= openings.handed_off_at
    )
union all
select
    openings.lead_id,
    openings.handed_off_at,
    'not in sales_handoffs' as problem
from openings
inner join {{ ref('lead_mart') }} as mart on openings.lead_id = mart.lead_id and openings.handed_off_at <= mart.as_of
left join {{ ref('sales_handoffs') }} as handoffs on openings.handoff_id = handoffs.handoff_id
where handoffs.handoff_id is null
