-- A gap of a day or more can only lie between two active days, so all about activity is read
-- from this far smaller table instead of sorting every event (26 M events: 5 s, not 60 s). The
-- UTC date keeps a span under 24 h where a local day has 25.
with

event_matches as (

    select
        lead_id,
        occurred_at,
        {{ local_date('occurred_at') }} as active_date,
        cast(occurred_at as date) as utc_date
    from {{ ref('event_matches') }}
    where is_activity

),

active_spans as (

    select
        lead_id,
        active_date,
        utc_date,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at
    from event_matches
    group by lead_id, active_date, utc_date

)

select * from active_spans
