{{ config(severity='warn') }}
-- New tracking appears without anybody telling the people who keep the rules. Either a rule names
-- the event type or ignored_event_types.csv says why not.
with

decided as (

    select lower(trim(event_type)) as event_type from {{ ref('behavior_rules') }}
    union
    select lower(trim(event_type)) as event_type from {{ ref('ignored_event_types') }}

)

select
    events.event_type,
    count(*) as event_count
from {{ ref('stg_events') }} as events
left join decided on events.event_type = decided.event_type
where decided.event_type is null
group by events.event_type
