with

neighbours as (

    select
        lead_id,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by lead_id order by valid_from) as next_from,
        row_number() over (partition by lead_id order by valid_from) as period
    from {{ ref('score_history') }}

),

beginnings as (

    select
        leads.lead_id,
        least(leads.created_at, coalesce(min(ledger.effective_at), leads.created_at)) as begins_at
    from {{ ref('stg_leads') }} as leads
    left join {{ ref('score_ledger') }} as ledger on leads.lead_id = ledger.lead_id
    group by leads.lead_id, leads.created_at

)

select
    beginnings.lead_id,
    neighbours.valid_from,
    neighbours.valid_to
from beginnings
full outer join neighbours on beginnings.lead_id = neighbours.lead_id
where
    neighbours.valid_to is distinct from neighbours.next_from
    or neighbours.valid_to <= neighbours.valid_from
    or (coalesce(neighbours.period, 1) = 1 and neighbours.valid_from is distinct from beginnings.begins_at)
