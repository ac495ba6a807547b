with

source as (

    {{ raw_rows('events') }}

),

parsed as (

    select
        {{ verbatim_text('event_id') }} as event_id,
        {{ verbatim_text('lead_id') }} as lead_id,
        {{ clean_category('event_type') }} as event_type,
        {{ parse_timestamp('occurred_at') }} as occurred_at,
        {{ parse_timestamp('recorded_at') }} as given_recorded_at,
        {{ parse_timestamp('loaded_at') }} as loaded_at,
        {{ verbatim_text('asset') }} as asset,
        coalesce({{ parse_boolean('is_bot') }}, false) as is_bot,
        {{ is_given('event_type') }} as has_event_type,
        {{ is_given('occurred_at') }} as has_occurred_at,
        {{ unparsable('recorded_at', parse_timestamp('recorded_at')) }}
        || {{ unparsable('loaded_at', parse_timestamp('loaded_at')) }}
        || {{ unparsable('is_bot', parse_boolean('is_bot')) }} as field_problems,
        {{ raw_columns('events') }}
    from source

),

base_events as (

    select
        *,
        coalesce(given_recorded_at, occurred_at) as recorded_at,
        case
            when event_id is null then 'missing_event_id'
            when lead_id is null then 'missing_lead_id'
            when not has_event_type then 'missing_event_type'
            when not has_occurred_at then 'missing_occurred_at'
            when occurred_at is null then 'unparsable_occurred_at'
            when {{ is_impossible_time('occurred_at') }} then 'impossible_occurred_at'
            when {{ is_impossible_time('given_recorded_at') }} then 'impossible_recorded_at'
            when {{ is_impossible_time('loaded_at') }} then 'impossible_loaded_at'
        end as rejection_reason
    from parsed

)

select * from base_events
