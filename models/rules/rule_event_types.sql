with

behavior_rules as (

    select * from {{ ref('behavior_rules') }}

),

numbers as (

    select * from {{ ref('numbers') }}

),

listed as (

    select
        behavior_rules.rule_id,
        lower({{ clean_text(nth_part('behavior_rules.event_type', '|', 'numbers.number')) }}) as event_type
    from behavior_rules
    inner join numbers
        on
            numbers.number
            <= length(behavior_rules.event_type) - length(replace(behavior_rules.event_type, '|', '')) + 1

),

rule_event_types as (

    select distinct
        rule_id,
        event_type
    from listed
    where event_type is not null

)

select * from rule_event_types
