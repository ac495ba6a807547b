-- Only the few events that came more than once have versions to rank: one window over all events would sort
-- them all, and an input that is read by one step and used three times would be kept in memory whole.
with

-- candidates: counting usable rows only would read every column of every row
repeated_ids as (

    select event_id from {{ ref('base_events') }}
    group by event_id
    having count(*) > 1

),

versions as (

    select
        *,
        {{ raw_values('events') }} as raw_values
    from {{ ref('base_events') }}
    -- not a join: DuckDB would make one window over all events of it
    where rejection_reason is null and event_id in (select repeated_ids.event_id from repeated_ids)

),

ranked as (

    select
        *,
        {{ version_number('events') }} as version_rank,
        count(*) over (partition by event_id) as version_count
    from versions

),

repeated_events as (

    select
        event_id,
        lead_id,
        event_type,
        occurred_at,
        recorded_at,
        loaded_at,
        asset,
        is_bot,
        raw_values,
        cast(version_rank as {{ dbt.type_bigint() }}) as version_rank
    from ranked
    where version_count > 1

)

select * from repeated_events
