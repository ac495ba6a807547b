-- The list of stale leads and the mart's flag are one; and a lead whose latest hand-off is breached is on the list as
-- untouched, unless it was disqualified since, and no other.
select
    mart.lead_id,
    stale_leads.lead_id as stale_lead_id,
    mart.is_stale,
    mart.stale_reason,
    stale_leads.stale_reason as listed_reason
from {{ ref('lead_mart') }} as mart
full outer join {{ ref('stale_leads') }} as stale_leads on mart.lead_id = stale_leads.lead_id
where
    mart.lead_id is null
    or mart.is_stale is distinct from (stale_leads.lead_id is not null)
    or mart.stale_reason is distinct from stale_leads.stale_reason
    or (coalesce(mart.sla_status, '') = 'breached' and not mart.is_disqualified)
    is distinct from (coalesce(mart.stale_reason, '') = 'untouched')
    or (stale_leads.lead_id is not null and mart.total_score is distinct from stale_leads.total_score)
    or (stale_leads.lead_id is not null and mart.tier is distinct from stale_leads.tier)
    or coalesce(stale_leads.stale_since > mart.as_of, false)
