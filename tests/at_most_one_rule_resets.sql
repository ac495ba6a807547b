select
    action,
    count(*) as rule_count
from {{ ref('reset_rules') }}
where action = 'reset'
group by action
having count(*) > 1
