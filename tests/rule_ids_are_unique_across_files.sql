select
    rule_id,
    count(*) as rule_count
from {{ ref('rule_book') }}
where rule_kind <> 'tiers'
group by rule_id
having count(*) > 1
