{{ config(severity='warn') }}
-- New tracking appears without anybody telling the people who keep the rules. Either a rule names
-- the event type or ignored_event_types.csv says why not.
with

decided as (

    select event_type from {{ ref('rule_event_types') }}
    union
    select lower(trim(event_type)) as event_type from {{ ref('ignored_event_types') }}

)

select
    'seeds/rules/behavior_rules.csv' as file,
    cast(null as {{ dbt.type_int() }}) as line,
    cast(null as {{ dbt.type_string() }}) as rule_id,
    'no rule names the event type "' || events.event_type || '", which came '
    || cast(count(*) as {{ dbt.type_string() }}) || ' times' as problem,
    'Add a rule, or say in seeds/governance/ignored_event_types.csv why there is none' as remedy
from {{ ref('stg_events') }} as events
left join decided on events.event_type = decided.event_type
where decided.event_type is null
group by events.event_type
