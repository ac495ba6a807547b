with

handoffs as (

    select
        *,
        substring(cast({{ utc_to_local('sla_due_at') }} as {{ dbt.type_string() }}), 1, 16) as due_text
    from {{ ref('queued_handoffs') }}

),

leads as (

    select * from {{ ref('stg_leads') }}

),

worded as (

    select
        handoffs.handoff_id,
        handoffs.lead_id,
        leads.company_name,
        leads.email,
        last_touch.owner,
        handoffs.queue_status,
        handoffs.tier,
        handoffs.total_score,
        handoffs.handed_off_at,
        handoffs.sla_due_at,
        '【' || tiers.label || '】' || {{ one_line('coalesce(leads.company_name, leads.email, leads.lead_id)') }}
        || coalesce('（' || {{ one_line('leads.job_title') }} || '）', '')
        || 'が' || {{ plain_number('handoffs.total_score') }} || '点になりました。'
        || coalesce('きっかけ: ' || handoffs.pushed_by || '。', '')
        || coalesce('最近の行動: ' || actions.last_actions || '。', '')
        || case handoffs.queue_status
            when 'open' then handoffs.due_text || ' までに最初の連絡をお願いします。'
            else '期限（' || handoffs.due_text || '）を過ぎています。至急、最初の連絡をお願いします。'
        end as task
    from handoffs
    inner join leads on handoffs.lead_id = leads.lead_id
    inner join {{ ref('tiers') }} as tiers on handoffs.tier = tiers.tier
    left join {{ ref('queued_lead_actions') }} as actions on handoffs.handoff_id = actions.handoff_id
    left join {{ ref('lead_last_touch') }} as last_touch on handoffs.lead_id = last_touch.lead_id

),

handoff_queue as (

    select
        *,
        {{ dbt.hash(
            "handoff_id || '|' || queue_status || '|' || coalesce(owner, '') || '|' || coalesce(email, '') || '|' || task"
        ) }} as content_hash
    from worded

)

select * from handoff_queue
