-- A sleeping lead is nobody's task: falling asleep ends a stay, and waking up inside the tier begins one.
with

tiers as (

    select * from {{ ref('tiers') }}
    where sla_hours is not null

),

history as (

    select
        lead_id,
        valid_from,
        case when not is_dormant then tier end as waking_tier
    from {{ ref('score_history') }}

),

compared as (

    select
        *,
        lag(waking_tier) over (partition by lead_id order by valid_from) as previous_tier
    from history

),

turns as (

    select
        lead_id,
        waking_tier,
        valid_from as entered_at,
        lead(valid_from) over (partition by lead_id order by valid_from) as left_at
    from compared
    where {{ differs('waking_tier', 'previous_tier') }}

),

handoff_stays as (

    select
        turns.lead_id,
        tiers.tier,
        turns.entered_at,
        turns.left_at
    from turns
    inner join tiers on turns.waking_tier = tiers.tier

)

select * from handoff_stays
