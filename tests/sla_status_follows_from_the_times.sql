select
    handoffs.handoff_id,
    handoffs.sla_status,
    handoffs.sla_due_at,
    handoffs.first_touch_at
from {{ ref('sales_handoffs') }} as handoffs
cross join (select max(as_of) as as_of from {{ ref('lead_mart') }}) as clock
where
    handoffs.sla_status is distinct from
    case
        when handoffs.first_touch_at is null and clock.as_of <= handoffs.sla_due_at then 'open'
        when handoffs.first_touch_at is null and clock.as_of > handoffs.sla_due_at then 'breached'
        when handoffs.first_touch_at <= handoffs.sla_due_at then 'met'
        when handoffs.first_touch_at > handoffs.sla_due_at then 'late'
    end
    or coalesce(handoffs.sla_due_at <= handoffs.handed_off_at, true)
    or coalesce(handoffs.first_touch_at < handoffs.handed_off_at, false)
    or coalesce(handoffs.first_touch_at >= handoffs.next_handed_off_at, false)
    or coalesce(handoffs.first_touch_at > clock.as_of, false)
    or handoffs.handed_off_at > clock.as_of
    or (handoffs.response_hours is null) is distinct from (handoffs.first_touch_at is null)
