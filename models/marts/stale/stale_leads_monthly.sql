with

reasons as (

    select 'untouched' as stale_reason
    union all
    select 'abandoned' as stale_reason
    union all
    select 'inactive_high_score' as stale_reason

),

stale_states as (

    select * from {{ ref('stale_states') }}
    where month is not null

),

stale_leads_monthly as (

    select
        month_ends.month,
        reasons.stale_reason,
        count(stale_states.lead_id) as leads
    from {{ ref('month_ends') }} as month_ends
    cross join reasons
    left join stale_states
        on month_ends.month = stale_states.month and reasons.stale_reason = stale_states.stale_reason
    group by month_ends.month, reasons.stale_reason

)

select * from stale_leads_monthly
