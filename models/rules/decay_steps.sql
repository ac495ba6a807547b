with

behavior_rules as (

    select * from {{ ref('behavior_rules') }}
    where decay_percent > 0 and decay_every_days > 0

),

numbers as (

    select * from {{ ref('numbers') }}

),

-- step k is taken while something is left before it: (k - 1) * percent < 100. The last step
-- takes the rest, so no division and nothing left over: 33 % falls 33, 33, 33, 1.
decay_steps as (

    select
        behavior_rules.rule_id,
        numbers.number as step,
        numbers.number * behavior_rules.decay_every_days as after_days,
        cast(
            least(behavior_rules.decay_percent, 100 - (numbers.number - 1) * behavior_rules.decay_percent)
            as numeric(18, 6)
        ) as percent_lost
    from behavior_rules
    inner join numbers on (numbers.number - 1) * behavior_rules.decay_percent < 100

)

select * from decay_steps
