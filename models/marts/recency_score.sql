with

activity as (

    select * from {{ ref('lead_activity') }}

),

ledger as (

    select * from {{ ref('score_ledger') }}
    where axis = 'recency' and effective_at <= {{ as_of() }}

),

rule_book as (

    select * from {{ ref('rule_book') }}
    where axis = 'recency'

),

holding as (

    select
        ledger.lead_id,
        ledger.rule_id,
        rule_book.description,
        sum(ledger.points) as points
    from ledger
    inner join rule_book on ledger.rule_id = rule_book.rule_id
    group by ledger.lead_id, ledger.rule_id, rule_book.description
    having sum(ledger.points) <> 0

),

summed as (

    select
        lead_id,
        sum(points) as recency_score,
        {{ joined_text(reason_text('description', 'points'), ' / ', ['-points', 'rule_id']) }} as holding_rules
    from holding
    group by lead_id

),

recency_score as (

    select
        activity.lead_id,
        cast(coalesce(summed.recency_score, 0) as numeric(18, 6)) as recency_score,
        summed.holding_rules,
        activity.last_activity_at,
        activity.days_since_activity,
        activity.is_dormant,
        activity.dormant_at
    from activity
    left join summed on activity.lead_id = summed.lead_id

)

select * from recency_score
