with

handoffs as (

    select * from {{ ref('queued_handoffs') }}

),

awards as (

    select * from {{ ref('score_ledger') }}
    where axis = 'behavior' and entry_type = 'award'

),

rule_book as (

    select * from {{ ref('rule_book') }}
    where axis = 'behavior'

),

-- what was done since the hand-off does not show, or the task would change with every click
actions as (

    select
        handoffs.handoff_id,
        awards.rule_id,
        awards.asset,
        {{ short_name('rule_book.description') }} as action_name,
        max(awards.effective_at) as last_at
    from handoffs
    inner join awards on handoffs.lead_id = awards.lead_id and handoffs.handed_off_at >= awards.effective_at
    inner join rule_book on awards.rule_id = rule_book.rule_id
    group by handoffs.handoff_id, awards.rule_id, awards.asset, rule_book.description

),

numbered as (

    select
        handoff_id,
        substring(cast({{ utc_to_local('last_at') }} as {{ dbt.type_string() }}), 6, 5) || ' ' || action_name
        || coalesce('（' || {{ one_line('asset') }} || '）', '') as action_text,
        row_number() over (
            partition by handoff_id order by last_at desc, rule_id asc, asset asc nulls last
        ) as newest_first
    from actions

),

queued_lead_actions as (

    select
        handoff_id,
        {{ joined_text('action_text', ' / ', ['newest_first']) }} as last_actions
    from numbered
    where newest_first <= 3
    group by handoff_id

)

select * from queued_lead_actions
