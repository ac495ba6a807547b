with

leads as (

    select
        lead_id,
        {{ content_sum(contract_columns('leads')) }} as leads_sum,
        0 as events_sum
    from ({{ raw_rows('leads') }}) as raw_leads
    group by lead_id

),

events as (

    select
        lead_id,
        0 as leads_sum,
        {{ content_sum(contract_columns('events')) }} as events_sum
    from ({{ raw_rows('events') }}) as raw_events
    group by lead_id

),

both_tables as (

    select
        {{ verbatim_text('lead_id') }} as lead_id,
        leads_sum,
        events_sum
    from leads
    union all
    select
        {{ verbatim_text('lead_id') }} as lead_id,
        leads_sum,
        events_sum
    from events

),

base_fingerprints as (

    select
        coalesce(lead_id, '') as lead_id,
        cast(sum(leads_sum) as {{ dbt.type_string() }})
        || '/' || cast(sum(events_sum) as {{ dbt.type_string() }}) as fingerprint
    from both_tables
    group by coalesce(lead_id, '')

)

select * from base_fingerprints
