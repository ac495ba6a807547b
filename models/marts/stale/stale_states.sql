-- Every step below takes one clock at a time and no step is read twice, so whoever asks for one
-- clock only (`month is null`) pays for one.
with

found as (

    select
        clock_at,
        month,
        lead_id,
        stale_since as untouched_since,
        cast(null as {{ dbt.type_timestamp() }}) as abandoned_since,
        cast(null as {{ dbt.type_timestamp() }}) as inactive_since,
        cast(null as numeric(18, 6)) as score_before_reset
    from {{ ref('stale_untouched') }}
    union all
    select
        clock_at,
        month,
        lead_id,
        null as untouched_since,
        stale_since as abandoned_since,
        null as inactive_since,
        null as score_before_reset
    from {{ ref('stale_abandoned') }}
    union all
    select
        clock_at,
        month,
        lead_id,
        null as untouched_since,
        null as abandoned_since,
        stale_since as inactive_since,
        score_before_reset
    from {{ ref('stale_inactive') }}

),

by_lead as (

    select
        clock_at,
        month,
        lead_id,
        max(untouched_since) as untouched_since,
        max(abandoned_since) as abandoned_since,
        max(inactive_since) as inactive_since,
        max(score_before_reset) as score_before_reset
    from found
    group by clock_at, month, lead_id

),

-- the first visit, and all it led to, may lie before the CRM made the lead; a disqualified lead is nobody's task
stale_states as (

    select
        by_lead.clock_at,
        by_lead.month,
        by_lead.lead_id,
        case
            when by_lead.untouched_since is not null then 'untouched'
            when by_lead.abandoned_since is not null then 'abandoned'
            else 'inactive_high_score'
        end as stale_reason,
        coalesce(by_lead.untouched_since, by_lead.abandoned_since, by_lead.inactive_since) as stale_since,
        cast(by_lead.score_before_reset as numeric(18, 6)) as score_before_reset
    from by_lead
    inner join {{ ref('stg_leads') }} as leads
        on by_lead.lead_id = leads.lead_id and by_lead.clock_at >= leads.created_at
    left join {{ ref('disqualified_leads') }} as disqualified_leads
        on
            by_lead.lead_id = disqualified_leads.lead_id
            and coalesce(by_lead.clock_at >= disqualified_leads.disqualified_at, true)
    where disqualified_leads.lead_id is null

)

select * from stale_states
