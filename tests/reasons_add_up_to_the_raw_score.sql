select
    mart.lead_id,
    mart.raw_score,
    sum(reasons.points) as reason_points
from {{ ref('lead_mart') }} as mart
left join {{ ref('lead_score_reasons') }} as reasons on mart.lead_id = reasons.lead_id
group by mart.lead_id, mart.raw_score
having mart.raw_score is distinct from coalesce(sum(reasons.points), 0)
