with

ledger as (

    select * from {{ ref('score_ledger') }}

),

leads as (

    select * from {{ ref('stg_leads') }}

),

dormant_periods as (

    select * from {{ ref('dormant_periods') }}

),

-- a first visit may lie before the CRM made the lead
beginnings as (

    select
        leads.lead_id,
        least(leads.created_at, coalesce(min(ledger.effective_at), leads.created_at)) as begins_at
    from leads
    left join ledger on leads.lead_id = ledger.lead_id
    group by leads.lead_id, leads.created_at

),

dormancy as (

    select lead_id, dormant_from as changed_at, 1 as dormancy_change
    from dormant_periods
    union all
    select lead_id, dormant_until as changed_at, -1 as dormancy_change
    from dormant_periods
    where dormant_until is not null

),

changes as (

    select lead_id, effective_at as changed_at, axis, points, 0 as dormancy_change, 0 as is_beginning
    from ledger
    union all
    select lead_id, begins_at, 'none', 0, 0, 1
    from beginnings
    union all
    select dormancy.lead_id, greatest(dormancy.changed_at, beginnings.begins_at), 'none', 0, dormancy_change, 0
    from dormancy
    inner join beginnings on dormancy.lead_id = beginnings.lead_id

),

net_changes as (

    select
        lead_id,
        changed_at,
        sum(case when axis = 'attribute' then points else 0 end) as attribute_change,
        sum(case when axis = 'behavior' then points else 0 end) as behavior_change,
        sum(case when axis = 'recency' then points else 0 end) as recency_change,
        sum(dormancy_change) as dormancy_change,
        max(is_beginning) as is_beginning
    from changes
    group by lead_id, changed_at

),

score_changes as (

    select * from net_changes
    where
        is_beginning = 1
        or attribute_change <> 0
        or behavior_change <> 0
        or recency_change <> 0
        or dormancy_change <> 0

)

select * from score_changes
