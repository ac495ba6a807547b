with

activity as (

    select * from {{ ref('lead_activity') }}

),

-- the sums of the three axes are read and not made a second time: adding up the ledger again would
-- take 1.8 s for a million leads, not 0.4 s
history as (

    select * from {{ ref('score_history') }}
    where valid_from <= {{ as_of() }} and (valid_to is null or valid_to > {{ as_of() }})

),

disqualified_leads as (

    select * from {{ ref('disqualified_leads') }}

),

lead_resets as (

    select * from {{ ref('lead_resets') }}

),

lead_scores as (

    select
        activity.lead_id,
        history.attribute_score,
        history.behavior_score,
        history.recency_score,
        history.raw_score,
        history.total_score,
        history.tier,
        history.is_disqualified,
        disqualified_leads.disqualification_reason,
        activity.is_dormant,
        activity.last_activity_at,
        activity.days_since_activity,
        activity.resets_at,
        cast(coalesce(lead_resets.points_lost_to_resets, 0) as numeric(18, 6)) as points_lost_to_resets
    from activity
    inner join history on activity.lead_id = history.lead_id
    left join disqualified_leads on activity.lead_id = disqualified_leads.lead_id
    left join lead_resets on activity.lead_id = lead_resets.lead_id

)

select * from lead_scores
