with

tiers as (

    select
        tier,
        coalesce(rearm_below, min_score) as rearm_below
    from {{ ref('tiers') }}
    where sla_hours is not null

),

entries as (

    select * from {{ ref('handoff_entries') }}

),

history as (

    select * from {{ ref('score_history') }}

),

visited as (

    select distinct
        entries.lead_id,
        tiers.tier,
        tiers.rearm_below
    from entries
    inner join tiers on entries.tier = tiers.tier

),

handoff_armings as (

    select
        visited.lead_id,
        visited.tier,
        history.valid_from as armed_at,
        case
            when history.is_disqualified then 'disqualified'
            when history.is_dormant then 'dormant'
            else 'score_fell'
        end as reason,
        1 as precedence
    from visited
    inner join history on visited.lead_id = history.lead_id
    where history.is_disqualified or history.is_dormant or history.total_score < visited.rearm_below
    union all
    select
        visited.lead_id,
        visited.tier,
        opportunities.lost_at as armed_at,
        'opportunity_lost' as reason,
        2 as precedence
    from visited
    inner join {{ ref('stg_opportunities') }} as opportunities on visited.lead_id = opportunities.lead_id
    where opportunities.lost_at is not null

)

select * from handoff_armings
