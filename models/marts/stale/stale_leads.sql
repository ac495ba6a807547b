with

stale_states as (

    select * from {{ ref('stale_states') }}
    where month is null

),

leads as (

    select * from {{ ref('stg_leads') }}

),

history as (

    select * from {{ ref('score_history') }}
    where valid_from <= {{ as_of() }} and (valid_to is null or valid_to > {{ as_of() }})

),

handoffs as (

    select * from {{ ref('sales_handoffs') }}
    where is_latest

),

stale_leads as (

    select
        stale_states.lead_id,
        leads.company_name,
        stale_states.stale_reason,
        stale_states.stale_since,
        {{ elapsed_days('stale_states.stale_since', 'stale_states.clock_at') }} as days_stale,
        history.total_score,
        stale_states.score_before_reset,
        history.tier,
        handoffs.handoff_id,
        handoffs.handed_off_at,
        handoffs.sla_due_at,
        last_touch.last_touch_at,
        last_touch.owner,
        case stale_states.stale_reason
            when 'untouched' then '期限を過ぎた引き渡しです。今日中に最初の連絡をし、担当を決めてください。'
            when 'abandoned' then '連絡が止まっています。次の接点（電話・面談）の日を決めるか、育成に戻してください。'
            else '休眠前は高得点でした。営業は追わず、掘り起こしメールなどの育成に戻してください。'
        end as suggested_action
    from stale_states
    inner join leads on stale_states.lead_id = leads.lead_id
    inner join history on stale_states.lead_id = history.lead_id
    left join handoffs on stale_states.lead_id = handoffs.lead_id
    left join {{ ref('lead_last_touch') }} as last_touch on stale_states.lead_id = last_touch.lead_id

)

select * from stale_leads
