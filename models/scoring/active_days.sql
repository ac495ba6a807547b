with

active_spans as (

    select * from {{ ref('active_spans') }}
    where {{ is_among('touched_leads') }}

),

active_days as (

    select
        lead_id,
        active_date,
        min(first_at) as first_at,
        max(last_at) as last_at
    from active_spans
    group by lead_id, active_date

)

select * from active_days
