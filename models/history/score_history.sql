with

score_changes as (

    select * from {{ ref('score_changes') }}

),

disqualified_leads as (

    select * from {{ ref('disqualified_leads') }}
    where rule_id is not null

),

tier_bands as (

    select * from {{ ref('tier_bands') }}

),

running as (

    select
        lead_id,
        changed_at as valid_from,
        lead(changed_at) over (partition by lead_id order by changed_at) as valid_to,
        sum(attribute_change) over (
            partition by lead_id order by changed_at rows between unbounded preceding and current row
        ) as attribute_score,
        sum(behavior_change) over (
            partition by lead_id order by changed_at rows between unbounded preceding and current row
        ) as behavior_score,
        sum(recency_change) over (
            partition by lead_id order by changed_at rows between unbounded preceding and current row
        ) as recency_score,
        sum(dormancy_change) over (
            partition by lead_id order by changed_at rows between unbounded preceding and current row
        ) > 0 as is_dormant,
        sum(disqualification_change) over (
            partition by lead_id order by changed_at rows between unbounded preceding and current row
        ) > 0 as is_set_aside
    from score_changes

),

judged as (

    select
        running.*,
        running.attribute_score + running.behavior_score + running.recency_score as raw_score,
        running.is_set_aside or disqualified_leads.lead_id is not null as is_disqualified
    from running
    left join disqualified_leads on running.lead_id = disqualified_leads.lead_id

),

-- what a person reads as the score: never below 0, and 0 for people we do not sell to
totals as (

    select
        *,
        case when is_disqualified then 0 else greatest(raw_score, 0) end as total_score
    from judged

),

score_history as (

    select
        totals.lead_id,
        totals.valid_from,
        totals.valid_to,
        cast(totals.attribute_score as numeric(18, 6)) as attribute_score,
        cast(totals.behavior_score as numeric(18, 6)) as behavior_score,
        cast(totals.recency_score as numeric(18, 6)) as recency_score,
        cast(totals.raw_score as numeric(18, 6)) as raw_score,
        cast(totals.total_score as numeric(18, 6)) as total_score,
        case when totals.is_disqualified then 'disqualified' else tier_bands.tier end as tier,
        totals.is_dormant,
        totals.is_disqualified
    from totals
    left join tier_bands
        on
            totals.is_dormant = tier_bands.is_dormant
            and totals.total_score >= tier_bands.min_total_score
            and totals.total_score < tier_bands.below_total_score
            and totals.attribute_score >= tier_bands.min_attribute_score
            and totals.attribute_score < tier_bands.below_attribute_score

)

select * from score_history
