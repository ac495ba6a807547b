with

leads as (

    select * from {{ ref('stg_leads') }}
    where created_at <= {{ as_of() }}

),

ledger as (

    select * from {{ ref('score_ledger') }}
    where axis = 'attribute' and effective_at <= {{ as_of() }}

),

disqualified_leads as (

    select * from {{ ref('disqualified_leads') }}
    where coalesce(disqualified_at <= {{ as_of() }}, true)

),

rule_book as (

    select * from {{ ref('rule_book') }}
    where axis = 'attribute'

),

summed as (

    select
        ledger.lead_id,
        sum(ledger.points) as attribute_score,
        count(*) as matched_rule_count,
        {{ joined_text(
            reason_text('rule_book.description', 'ledger.points'), ' / ', ['-ledger.points', 'ledger.rule_id']
        ) }} as matched_rules
    from ledger
    inner join rule_book on ledger.rule_id = rule_book.rule_id
    group by ledger.lead_id

),

attribute_score as (

    select
        leads.lead_id,
        cast(coalesce(summed.attribute_score, 0) as numeric(18, 6)) as attribute_score,
        coalesce(summed.matched_rule_count, 0) as matched_rule_count,
        summed.matched_rules,
        disqualified_leads.lead_id is not null as is_disqualified,
        disqualified_leads.rule_id as disqualification_rule_id,
        disqualified_leads.disqualification_reason
    from leads
    left join summed on leads.lead_id = summed.lead_id
    left join disqualified_leads on leads.lead_id = disqualified_leads.lead_id

)

select * from attribute_score
