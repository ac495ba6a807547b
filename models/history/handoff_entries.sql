-- Nobody can hand over what nobody knows: an entry is looked at when the lead and all that earned its points
-- were in the systems. Only what came in late can move that moment.
with

leads as (

    select * from {{ ref('stg_leads') }}

),

late_awards as (

    select
        lead_id,
        awarded_at,
        recorded_at
    from {{ ref('behavior_awards') }}
    where recorded_at > awarded_at

),

opportunities as (

    select * from {{ ref('stg_opportunities') }}

),

known as (

    select
        stays.lead_id,
        stays.tier,
        stays.entered_at,
        stays.left_at,
        greatest(
            stays.entered_at, leads.created_at, coalesce(max(late_awards.recorded_at), stays.entered_at)
        ) as known_at
    from {{ ref('handoff_stays') }} as stays
    inner join leads on stays.lead_id = leads.lead_id
    left join late_awards on stays.lead_id = late_awards.lead_id and stays.entered_at >= late_awards.awarded_at
    group by stays.lead_id, stays.tier, stays.entered_at, stays.left_at, leads.created_at

),

-- an opportunity is with sales from its creation until it is lost
with_sales as (

    select distinct
        known.lead_id,
        known.tier,
        known.entered_at
    from known
    inner join opportunities
        on
            known.lead_id = opportunities.lead_id
            and known.known_at >= opportunities.created_at
            and (opportunities.lost_at is null or known.known_at < opportunities.lost_at)

),

handoff_entries as (

    select
        known.lead_id,
        known.tier,
        known.entered_at,
        known.known_at
    from known
    left join with_sales
        on
            known.lead_id = with_sales.lead_id
            and known.tier = with_sales.tier
            and known.entered_at = with_sales.entered_at
    where with_sales.lead_id is null and (known.left_at is null or known.left_at > known.known_at)

)

select * from handoff_entries
