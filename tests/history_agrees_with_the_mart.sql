with

valid_now as (

    select history.*
    from {{ ref('score_history') }} as history
    inner join {{ ref('lead_mart') }} as mart
        on
            history.lead_id = mart.lead_id
            and history.valid_from <= mart.as_of
            and (history.valid_to is null or history.valid_to > mart.as_of)

)

select
    mart.lead_id,
    mart.total_score,
    valid_now.total_score as history_total_score
from {{ ref('lead_mart') }} as mart
full outer join valid_now on mart.lead_id = valid_now.lead_id
where
    mart.attribute_score is distinct from valid_now.attribute_score
    or mart.behavior_score is distinct from valid_now.behavior_score
    or mart.recency_score is distinct from valid_now.recency_score
    or mart.raw_score is distinct from valid_now.raw_score
    or mart.total_score is distinct from valid_now.total_score
    or mart.tier is distinct from valid_now.tier
    or mart.is_dormant is distinct from valid_now.is_dormant
    or mart.is_disqualified is distinct from valid_now.is_disqualified
