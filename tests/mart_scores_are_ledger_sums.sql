-- Both directions: a mart score without its entries, and entries without their mart row.
with

ledger as (

    select
        entries.lead_id,
        sum(case when entries.axis = 'attribute' then entries.points else 0 end) as attribute_score,
        sum(case when entries.axis = 'behavior' then entries.points else 0 end) as behavior_score,
        sum(case when entries.axis = 'recency' then entries.points else 0 end) as recency_score
    from {{ ref('score_ledger') }} as entries
    where entries.effective_at <= (select max(clock.as_of) from {{ ref('lead_mart') }} as clock)
    group by entries.lead_id

),

existing as (

    select leads.lead_id from {{ ref('stg_leads') }} as leads
    where leads.created_at <= (select max(clock.as_of) from {{ ref('lead_mart') }} as clock)

)

select
    existing.lead_id,
    mart.raw_score,
    ledger.attribute_score,
    ledger.behavior_score,
    ledger.recency_score
from existing
left join ledger on existing.lead_id = ledger.lead_id
full outer join {{ ref('lead_mart') }} as mart on existing.lead_id = mart.lead_id
where
    mart.attribute_score is distinct from coalesce(ledger.attribute_score, 0)
    or mart.behavior_score is distinct from coalesce(ledger.behavior_score, 0)
    or mart.recency_score is distinct from coalesce(ledger.recency_score, 0)
    or mart.raw_score is distinct from mart.attribute_score + mart.behavior_score + mart.recency_score
    or mart.total_score is distinct from
    case when mart.is_disqualified then 0 else greatest(mart.raw_score, 0) end
