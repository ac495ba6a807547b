select
    mart.lead_id,
    mart.tier,
    mart.total_score
from {{ ref('lead_mart') }} as mart
left join {{ ref('disqualified_leads') }} as disqualified
    on mart.lead_id = disqualified.lead_id and coalesce(mart.as_of >= disqualified.disqualified_at, true)
where
    mart.is_disqualified is distinct from (disqualified.lead_id is not null)
    or mart.is_disqualified is distinct from (mart.tier is not distinct from 'disqualified')
    or (disqualified.lead_id is not null and mart.total_score is distinct from 0)
