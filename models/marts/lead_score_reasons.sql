with

rule_points as (

    select * from {{ ref('lead_rule_points') }}

),

rule_book as (

    select * from {{ ref('rule_book') }}

),

last_assets as (

    select
        rule_points.lead_id,
        rule_points.rule_id,
        max(ledger.asset) as last_asset
    from rule_points
    inner join {{ ref('score_ledger') }} as ledger
        on
            rule_points.lead_id = ledger.lead_id
            and rule_points.rule_id = ledger.rule_id
            and rule_points.last_evidence_at = ledger.effective_at
    where ledger.entry_type = 'award' and ledger.asset is not null
    group by rule_points.lead_id, rule_points.rule_id

),

lead_score_reasons as (

    select
        rule_points.lead_id,
        rule_points.axis,
        rule_points.rule_id,
        rule_points.points,
        rule_points.times_awarded,
        rule_points.times_awarded_ever,
        rule_points.last_evidence_at,
        last_assets.last_asset,
        rule_book.description
    from rule_points
    left join last_assets on rule_points.lead_id = last_assets.lead_id and rule_points.rule_id = last_assets.rule_id
    inner join rule_book on rule_points.rule_id = rule_book.rule_id and rule_points.axis = rule_book.axis

)

select * from lead_score_reasons
