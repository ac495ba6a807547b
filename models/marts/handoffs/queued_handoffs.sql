with

handoffs as (

    select * from {{ ref('sales_handoffs') }}
    where is_latest and sla_status in ('open', 'breached', 'unknown')

),

with_sales as (

    select lead_id from {{ ref('lead_opportunities') }}
    where opportunity_status in ('open', 'won')

),

disqualified_leads as (

    select lead_id from {{ ref('attribute_score') }}
    where is_disqualified

),

queued_handoffs as (

    select
        handoffs.handoff_id,
        handoffs.lead_id,
        handoffs.tier,
        handoffs.total_score,
        handoffs.entered_at,
        handoffs.handed_off_at,
        handoffs.pushed_by,
        handoffs.sla_due_at,
        case when handoffs.sla_due_at >= {{ as_of() }} then 'open' else 'overdue' end as queue_status
    from handoffs
    left join with_sales on handoffs.lead_id = with_sales.lead_id
    left join disqualified_leads on handoffs.lead_id = disqualified_leads.lead_id
    where
        with_sales.lead_id is null
        and disqualified_leads.lead_id is null
        and {{ add_days('handoffs.sla_due_at', var('queue_late_days')) }} >= {{ as_of() }}

)

select * from queued_handoffs
