select
    earlier.rule_id,
    later.rule_id as overlapping_rule_id,
    earlier.attribute
from {{ ref('rule_alternatives') }} as earlier
inner join {{ ref('rule_alternatives') }} as later
    on
        earlier.rule_kind = later.rule_kind
        and earlier.attribute = later.attribute
        and earlier.rule_id < later.rule_id
where
    earlier.rule_kind = 'attribute'
    and earlier.match_type = 'band'
    and later.match_type = 'band'
    and (earlier.max_value is null or later.min_value is null or later.min_value < earlier.max_value)
    and (later.max_value is null or earlier.min_value is null or earlier.min_value < later.max_value)
