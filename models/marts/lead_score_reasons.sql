with

activity as (

    select * from {{ ref('lead_activity') }}

),

ledger as (

    select * from {{ ref('score_ledger') }}
    where entry_type <> 'reset' and effective_at <= {{ as_of() }}

),

rule_book as (

    select * from {{ ref('rule_book') }}

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

summed as (

    select
        lead_id,
        axis,
        rule_id,
        sum(case when is_reset then 0 else points end) as points,
        cast(sum(case when is_evidence and not is_reset then 1 else 0 end) as {{ dbt.type_bigint() }}) as times_awarded,
        cast(sum(case when is_evidence then 1 else 0 end) as {{ dbt.type_bigint() }}) as times_awarded_ever,
        max(case when is_evidence then effective_at end) as last_evidence_at
    from standing
    group by lead_id, axis, rule_id

),

last_assets as (

    select
        summed.lead_id,
        summed.rule_id,
        max(standing.asset) as last_asset
    from summed
    inner join standing
        on
            summed.lead_id = standing.lead_id
            and summed.rule_id = standing.rule_id
            and summed.last_evidence_at = standing.effective_at
    where standing.is_evidence and standing.asset is not null
    group by summed.lead_id, summed.rule_id

),

lead_score_reasons as (

    select
        summed.lead_id,
        summed.axis,
        summed.rule_id,
        cast(summed.points as numeric(18, 6)) as points,
        summed.times_awarded,
        summed.times_awarded_ever,
        summed.last_evidence_at,
        last_assets.last_asset,
        rule_book.description
    from summed
    left join last_assets on summed.lead_id = last_assets.lead_id and summed.rule_id = last_assets.rule_id
    inner join rule_book on summed.rule_id = rule_book.rule_id and summed.axis = rule_book.axis

)

select * from lead_score_reasons
