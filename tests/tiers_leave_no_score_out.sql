-- Every lead reaches the lowest tier: it starts at 0 or below and asks for nothing; and every
-- lead of the mart and of the history has a tier.
with

lowest as (

    select tiers.* from {{ ref('tiers') }} as tiers
    where tiers.min_score = (select min(all_tiers.min_score) from {{ ref('tiers') }} as all_tiers)

)

select
    tier as tier_or_lead,
    'the lowest tier must have min_score 0 and no condition' as problem
from lowest
where min_score > 0 or requires_active or min_attribute_score is not null
union all
select
    lead_id as tier_or_lead,
    'a lead without tier' as problem
from {{ ref('score_history') }}
where tier is null
union all
select
    'tiers.csv' as tier_or_lead,
    'no tier at all' as problem
where not exists (select 1 from lowest)
