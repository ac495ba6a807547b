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

-- dormancy counts like an axis: 1 while the lead sleeps
dormancy as (

    select
        lead_id,
        dormant_from as changed_at,
        1 as points
    from dormant_periods
    union all
    select
        lead_id,
        dormant_until as changed_at,
        -1 as points
    from dormant_periods
    where dormant_until is not null

),

-- so does being disqualified by somebody; a rule's disqualification never changes
disqualifications as (

    select
        lead_id,
        disqualified_at as changed_at
    from {{ ref('disqualified_leads') }}
    where disqualified_at is not null

),

changes as (

    select
        lead_id,
        effective_at as changed_at,
        axis,
        points
    from ledger
    union all
    select
        lead_id,
        begins_at as changed_at,
        'beginning' as axis,
        1 as points
    from beginnings
    union all
    select
        dormancy.lead_id,
        greatest(dormancy.changed_at, beginnings.begins_at) as changed_at,
        'dormancy' as axis,
        dormancy.points
    from dormancy
    inner join beginnings on dormancy.lead_id = beginnings.lead_id
    union all
    select
        disqualifications.lead_id,
        greatest(disqualifications.changed_at, beginnings.begins_at) as changed_at,
        'disqualification' as axis,
        1 as points
    from disqualifications
    inner join beginnings on disqualifications.lead_id = beginnings.lead_id

),

score_changes as (

    select
        lead_id,
        changed_at,
        cast(sum(case when axis = 'attribute' then points else 0 end) as numeric(18, 6)) as attribute_change,
        cast(sum(case when axis = 'behavior' then points else 0 end) as numeric(18, 6)) as behavior_change,
        cast(sum(case when axis = 'recency' then points else 0 end) as numeric(18, 6)) as recency_change,
        cast(sum(case when axis = 'dormancy' then points else 0 end) as {{ dbt.type_int() }}) as dormancy_change,
        cast(sum(case when axis = 'disqualification' then points else 0 end) as {{ dbt.type_int() }})
            as disqualification_change
    from changes
    group by lead_id, changed_at
    having
        max(case when axis in ('beginning', 'disqualification') then 1 else 0 end) = 1
        or sum(case when axis = 'attribute' then points else 0 end) <> 0
        or sum(case when axis = 'behavior' then points else 0 end) <> 0
        or sum(case when axis = 'recency' then points else 0 end) <> 0
        or sum(case when axis = 'dormancy' then points else 0 end) <> 0

)

select * from score_changes
