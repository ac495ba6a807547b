with

rule_points as (

    select
        month,
        lead_id,
        sum(points) as points
    from {{ ref('month_end_rule_points') }}
    group by month, lead_id

)

select
    scores.month,
    scores.lead_id,
    scores.attribute_score + scores.behavior_score + scores.recency_score as raw_score,
    rule_points.points
from {{ ref('month_end_scores') }} as scores
left join rule_points on scores.month = rule_points.month and scores.lead_id = rule_points.lead_id
where
    scores.attribute_score + scores.behavior_score + scores.recency_score
    is distinct from coalesce(rule_points.points, 0)
