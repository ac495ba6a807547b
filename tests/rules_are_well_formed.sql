-- Each row is one sentence for the person who wrote the rule.
with

attribute_like as (

    select
        'attribute_rules' as seed,
        rule_id,
        attribute,
        value,
        min_value,
        max_value
    from {{ ref('attribute_rules') }}
    union all
    select
        'disqualification_rules' as seed,
        rule_id,
        attribute,
        value,
        min_value,
        max_value
    from {{ ref('disqualification_rules') }}

),

problems as (

    select
        seed,
        rule_id,
        'fill either value or min_value/max_value, not both and not neither' as problem
    from attribute_like
    where (value is null) = (min_value is null and max_value is null)
    union all
    select
        seed,
        rule_id,
        'min_value must be lower than max_value' as problem
    from attribute_like
    where min_value >= max_value
    union all
    select
        seed,
        rule_id,
        'more than 1000 alternatives; split the rule' as problem
    from attribute_like
    where length(value) - length(replace(value, '|', '')) >= 1000
    union all
    select
        seed,
        rule_id,
        'no such attribute; name a column of leads or add it to scored_attributes' as problem
    from attribute_like
    where
        lower(trim(attribute)) not in (
            {%- for attribute in rule_attributes() %}
                '{{ attribute }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
    union all
    select
        'behavior_rules' as seed,
        rule_id,
        'fill both decay_percent and decay_every_days or neither' as problem
    from {{ ref('behavior_rules') }}
    where (decay_percent is null) <> (decay_every_days is null)
    union all
    select
        'behavior_rules' as seed,
        rule_id,
        'decay_percent lies between 0.1 and 100, decay_every_days is at least 1' as problem
    from {{ ref('behavior_rules') }}
    where decay_percent < 0.1 or decay_percent > 100 or decay_every_days < 1
    union all
    select
        'behavior_rules' as seed,
        rule_id,
        'points times decay_percent need more than six decimals; use rounder figures' as problem
    from {{ ref('behavior_rules') }}
    where cast(points * decay_percent * 0.01 as numeric(18, 6)) <> points * decay_percent * 0.01
    union all
    select
        'behavior_rules' as seed,
        rule_id,
        'max_awards must be at least 1' as problem
    from {{ ref('behavior_rules') }}
    where max_awards < 1
    union all
    select
        'recency_rules' as seed,
        rule_id,
        'window_days and min_active_days must be at least 1' as problem
    from {{ ref('recency_rules') }}
    where window_days < 1 or min_active_days < 1
    union all
    select
        'reset_rules' as seed,
        rule_id,
        'inactive_days must be at least 1' as problem
    from {{ ref('reset_rules') }}
    where inactive_days < 1
    union all
    select
        'reset_rules' as seed,
        rule_id,
        'a deduction needs negative points' as problem
    from {{ ref('reset_rules') }}
    where action = 'deduct' and coalesce(points, 0) >= 0
    union all
    select
        'tiers' as seed,
        tier as rule_id,
        'rearm_below may not exceed min_score' as problem
    from {{ ref('tiers') }}
    where rearm_below > min_score
    union all
    select
        'tiers' as seed,
        tier as rule_id,
        'sla_hours must be more than 0' as problem
    from {{ ref('tiers') }}
    where sla_hours <= 0

)

select * from problems
