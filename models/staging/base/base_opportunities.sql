with

source as (

    {{ raw_rows('opportunities') }}

),

parsed as (

    select
        {{ verbatim_text('opportunity_id') }} as opportunity_id,
        {{ verbatim_text('lead_id') }} as lead_id,
        {{ parse_timestamp('created_at') }} as created_at,
        {{ parse_timestamp('closed_at') }} as closed_at,
        {{ parse_boolean('is_won') }} as is_won,
        {{ parse_decimal(clean_text('amount')) }} as amount,
        {{ is_given('created_at') }} as has_created_at,
        {{ unparsable('closed_at', parse_timestamp('closed_at')) }}
        || {{ unparsable('is_won', parse_boolean('is_won')) }}
        || {{ unparsable('amount', parse_decimal(clean_text('amount'))) }} as field_problems,
        {{ raw_columns('opportunities') }}
    from source

),

base_opportunities as (

    select
        *,
        case
            when opportunity_id is null then 'missing_opportunity_id'
            when lead_id is null then 'missing_lead_id'
            when not has_created_at then 'missing_created_at'
            when created_at is null then 'unparsable_created_at'
            when {{ is_impossible_time('created_at') }} then 'impossible_created_at'
            when {{ is_impossible_time('closed_at') }} then 'impossible_closed_at'
        end as rejection_reason
    from parsed

)

select * from base_opportunities
