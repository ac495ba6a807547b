-- A hand-off follows an entry into the tier, opens when that is known, while the lead is still there, awake and not
-- with sales, with the scores of that moment; the first entry is always one, a later one only if the switch was on
-- again since the hand-off before; and every hand-off up to the clock is in sales_handoffs.
with

openings as (

    select
        *,
        lag(handed_off_at) over (partition by lead_id, tier order by handed_off_at) as previous_at
    from {{ ref('handoff_openings') }}

),

tiers as (

    select * from {{ ref('tiers') }}
    where sla_hours is not null

),

history as (

    select
        *,
        case when not is_dormant then tier end as waking_tier,
        lag(case when not is_dormant then tier end) over (partition by lead_id order by valid_from) as previous_tier
    from {{ ref('score_history') }}

),

opportunities as (

    select * from {{ ref('stg_opportunities') }}

),

first_entries as (

    select
        lead_id,
        tier,
        min(known_at) as known_at
    from {{ ref('handoff_entries') }}
    group by lead_id, tier

),

armings as (

    select
        history.lead_id,
        tiers.tier,
        history.valid_from as armed_at
    from history
    cross join tiers
    where
        history.total_score < coalesce(tiers.rearm_below, tiers.min_score)
        or history.is_dormant
        or history.is_disqualified
    union all
    select
        opportunities.lead_id,
        tiers.tier,
        opportunities.lost_at as armed_at
    from opportunities
    cross join tiers
    where opportunities.lost_at is not null

)

select
    openings.lead_id,
    openings.handed_off_at,
    'no stay in the tier begins at entered_at' as problem
from openings
left join history on openings.lead_id = history.lead_id and openings.entered_at = history.valid_from
where
    history.waking_tier is distinct from openings.tier
    or history.previous_tier is not distinct from openings.tier
union all
select
    openings.lead_id,
    openings.handed_off_at,
    'the lead is not in the tier with these scores, or not known yet' as problem
from openings
inner join {{ ref('stg_leads') }} as leads on openings.lead_id = leads.lead_id
left join history
    on
        openings.lead_id = history.lead_id
        and openings.handed_off_at >= history.valid_from
        and (history.valid_to is null or openings.handed_off_at < history.valid_to)
where
    history.waking_tier is distinct from openings.tier
    or history.total_score is distinct from openings.total_score
    or history.attribute_score is distinct from openings.attribute_score
    or history.behavior_score is distinct from openings.behavior_score
    or history.recency_score is distinct from openings.recency_score
    or openings.handed_off_at < openings.entered_at
    or openings.handed_off_at < leads.created_at
union all
select
    openings.lead_id,
    openings.handed_off_at,
    'the lead was with sales already' as problem
from openings
inner join opportunities
    on
        openings.lead_id = opportunities.lead_id
        and openings.handed_off_at >= opportunities.created_at
        and (opportunities.lost_at is null or openings.handed_off_at < opportunities.lost_at)
union all
select
    first_entries.lead_id,
    first_entries.known_at as handed_off_at,
    'the first entry is no hand-off' as problem
from first_entries
left join openings
    on
        first_entries.lead_id = openings.lead_id
        and first_entries.tier = openings.tier
        and first_entries.known_at = openings.handed_off_at
where openings.handoff_id is null
union all
select
    openings.lead_id,
    openings.handed_off_at,
    'the switch was not on again since the hand-off before' as problem
from openings
where
    openings.previous_at is not null
    and not exists (
        select 1 from armings
        where
            armings.lead_id = openings.lead_id
            and armings.tier = openings.tier
            and armings.armed_at > openings.previous_at
            and armings.armed_at <= openings.handed_off_at
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
