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
        coalesce(
            ledger.axis = 'behavior' and (ledger.episode < activity.episode or activity.is_reset),
            false
        ) as is_reset
    from ledger
    inner join activity on ledger.lead_id = activity.lead_id

),

evidence as (

    select * from standing
    where entry_type in ('award', 'start', 'deduct')

),

counted as (

    select
        lead_id,
        rule_id,
        sum(case when is_reset then 0 else 1 end) as times_awarded,
        count(*) as times_awarded_ever,
        max(effective_at) as last_evidence_at
    from evidence
    group by lead_id, rule_id

),

last_assets as (

    select
        counted.lead_id,
        counted.rule_id,
        max(evidence.asset) as last_asset
    from counted
    inner join evidence
        on
            counted.lead_id = evidence.lead_id
            and counted.rule_id = evidence.rule_id
            and counted.last_evidence_at = evidence.effective_at
    group by counted.lead_id, counted.rule_id

),

summed as (

    select
        lead_id,
        axis,
        rule_id,
        sum(case when is_reset then 0 else points end) as points
    from standing
    group by lead_id, axis, rule_id

),

lead_score_reasons as (

    select
        summed.lead_id,
        summed.axis,
        summed.rule_id,
        cast(summed.points as numeric(18, 6)) as points,
        counted.times_awarded,
        counted.times_awarded_ever,
        counted.last_evidence_at,
        last_assets.last_asset,
        rule_book.description
    from summed
    inner join counted on summed.lead_id = counted.lead_id and summed.rule_id = counted.rule_id
    inner join last_assets on summed.lead_id = last_assets.lead_id and summed.rule_id = last_assets.rule_id
    inner join rule_book on summed.rule_id = rule_book.rule_id and summed.axis = rule_book.axis

)

select * from lead_score_reasons
