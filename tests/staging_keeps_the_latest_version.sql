-- The survivor among rows of one key is one with the latest load time.
with

latest as (

    select
        event_id,
        max(loaded_at) as loaded_at
    from {{ ref('base_events') }}
    where rejection_reason is null
    group by event_id

)

select
    staged.event_id,
    staged.loaded_at,
    latest.loaded_at as latest_loaded_at
from {{ ref('stg_events') }} as staged
left join latest on staged.event_id = latest.event_id
where staged.loaded_at is distinct from latest.loaded_at
