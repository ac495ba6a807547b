with

source as (

    {{ raw_rows('sales_activities') }}

),

parsed as (

    select
        {{ verbatim_text('activity_id') }} as activity_id,
        {{ verbatim_text('lead_id') }} as lead_id,
        {{ clean_text('activity_type') }} as activity_type,
        {{ parse_timestamp('occurred_at') }} as occurred_at,
        {{ clean_text('owner') }} as owner,
        {{ parse_timestamp('updated_at') }} as updated_at,
        {{ is_date_only('occurred_at') }} as is_date_only,
        {{ is_given('occurred_at') }} as has_occurred_at,
        {{ unparsable('updated_at', parse_timestamp('updated_at')) }} as field_problems,
        {{ raw_columns('sales_activities') }}
    from source

),

base_sales_activities as (

    select
        *,
        case
            when activity_id is null then 'missing_activity_id'
            when lead_id is null then 'missing_lead_id'
            when not has_occurred_at then 'missing_occurred_at'
            when occurred_at is null then 'unparsable_occurred_at'
            when {{ is_impossible_time('occurred_at') }} then 'impossible_occurred_at'
            when {{ is_impossible_time('updated_at') }} then 'impossible_updated_at'
        end as rejection_reason
    from parsed

)

select * from base_sales_activities
