-- Otherwise recency points would outlive the episode that earned them.
select
    recency_rules.rule_id,
    recency_rules.window_days,
    reset_rules.inactive_days
from {{ ref('recency_rules') }} as recency_rules
cross join {{ ref('reset_rules') }} as reset_rules
where reset_rules.action = 'reset' and recency_rules.window_days > reset_rules.inactive_days
