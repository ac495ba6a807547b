with

expected as (

    select
        leads.lead_id,
        count(*) as row_count
    from {{ ref('stg_leads') }} as leads
    where leads.created_at <= (select max(clock.as_of) from {{ ref('lead_mart') }} as clock)
    group by leads.lead_id

),

found as (

    select
        lead_id,
        count(*) as row_count
    from {{ ref('lead_mart') }}
    group by lead_id

)

select
    expected.lead_id,
    found.lead_id as mart_lead_id
from expected
full outer join found on expected.lead_id = found.lead_id
where expected.row_count is distinct from 1 or found.row_count is distinct from 1
