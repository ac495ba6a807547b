with

handoffs as (

    select * from {{ ref('sales_handoffs') }}
    where is_latest

),

queued_handoffs as (

    select
        handoff_id,
        lead_id,
        tier,
        total_score,
        handed_off_at,
        pushed_by,
        sla_due_at,
        case sla_status when 'open' then 'open' else 'overdue' end as queue_status
    from handoffs
    where
        sla_status = 'open'
        or (sla_status = 'breached' and {{ add_days('sla_due_at', var('queue_late_days')) }} >= {{ as_of() }})

)

select * from queued_handoffs
