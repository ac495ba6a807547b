with

openings as (

    select * from {{ ref('handoff_openings') }}
    where handed_off_at <= {{ as_of() }}

),

ledger as (

    select * from {{ ref('score_ledger') }}
    where points > 0

),

rule_book as (

    select * from {{ ref('rule_book') }}

),

summed as (

    select
        openings.handoff_id,
        ledger.rule_id,
        rule_book.description,
        cast(sum(ledger.points) as numeric(18, 6)) as points
    from openings
    inner join ledger on openings.lead_id = ledger.lead_id and openings.entered_at = ledger.effective_at
    inner join rule_book on ledger.rule_id = rule_book.rule_id and ledger.axis = rule_book.axis
    group by openings.handoff_id, ledger.rule_id, rule_book.description

),

handoff_triggers as (

    select
        handoff_id,
        {{ joined_text(reason_text('description', 'points'), ' / ', ['-points', 'rule_id']) }} as pushed_by
    from summed
    group by handoff_id

)

select * from handoff_triggers
