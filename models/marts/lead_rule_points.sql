with

activity as (

    select * from {{ ref('lead_activity') }}

),

ledger as (

    select * from {{ ref('score_ledger') }}
    where entry_type <> 'reset' and effective_at <= {{ as_of() }}

),

-- A reset takes back its whole episode, so the points that stand now are those outside reset
-- episodes. Leaving out both sides keeps the sum and shows no points that are gone.
standing as (

    select
        ledger.*,
        ledger.entry_type in ('award', 'start', 'deduct') as is_evidence,
        coalesce(
            ledger.axis = 'behavior' and (ledger.episode < activity.episode or activity.is_reset),
            false
        ) as is_reset
    from ledger
    inner join activity on ledger.lead_id = activity.lead_id

),

lead_rule_points as (

    select
        lead_id,
        axis,
        rule_id,
        cast(sum(case when is_reset then 0 else points end) as numeric(18, 6)) as points,
        cast(sum(case when is_evidence and not is_reset then 1 else 0 end) as {{ dbt.type_bigint() }}) as times_awarded,
        cast(sum(case when is_evidence then 1 else 0 end) as {{ dbt.type_bigint() }}) as times_awarded_ever,
        max(case when is_evidence then effective_at end) as last_evidence_at
    from standing
    group by lead_id, axis, rule_id

)

select * from lead_rule_points
