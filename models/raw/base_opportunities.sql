with

source as (

    {{ raw_rows('opportunities') }}

),

parsed as (

    select
        {{ verbatim_text('opportunity_id') }} as opportunity_id,
        {{ verbatim_text('lead_id') }} as lead_id,
        {{ parse_timestamp('created_at') }} as created_at,
        {{ parse_timestamp('closed_at') }} as given_closed_at,
        {{ parse_boolean('is_won') }} as given_is_won,
        {{ parse_decimal('amount') }} as given_amount,
        coalesce({{ verbatim_text('deal_id') }}, {{ verbatim_text('opportunity_id') }}) as deal_id,
        {{ parse_timestamp('updated_at') }} as updated_at,
        {{ is_date_only('created_at') }} as is_created_date_only,
        {{ is_date_only('closed_at') }} as is_closed_date_only,
        {{ is_given('created_at') }} as has_created_at,
        {{ unparsable('closed_at', parse_timestamp('closed_at')) }}
        || {{ unparsable('is_won', parse_boolean('is_won')) }}
        || {{ unparsable('amount', parse_decimal('amount')) }}
        || {{ unparsable('updated_at', parse_timestamp('updated_at')) }} as unreadable_fields,
        {{ raw_columns('opportunities') }}
    from source

),

-- closed before it was created: of a date alone that may be, later on the same day
dated as (

    select
        *,
        case
            when coalesce(given_closed_at >= created_at, true) then given_closed_at
            when is_closed_date_only and {{ local_date('given_closed_at') }} = {{ local_date('created_at') }}
                then created_at
        end as closed_at
    from parsed

),

-- lost, but at no time: not closed
base_opportunities as (

    select
        *,
        case when given_is_won or closed_at is not null then given_is_won end as is_won,
        cast(case when given_amount >= 0 then given_amount end as numeric(28, 6)) as amount,
        unreadable_fields
        || case when given_closed_at is not null and closed_at is null then 'contradictory_closed_at ' else '' end
        || case when not given_is_won and closed_at is null then 'contradictory_is_won ' else '' end
        || case when given_amount < 0 then 'negative_amount ' else '' end as field_problems,
        case
            when opportunity_id is null then 'missing_opportunity_id'
            when lead_id is null then 'missing_lead_id'
            when not has_created_at then 'missing_created_at'
            when created_at is null then 'unparsable_created_at'
            when {{ is_impossible_time('created_at') }} then 'impossible_created_at'
            when {{ is_impossible_time('given_closed_at') }} then 'impossible_closed_at'
            when {{ is_impossible_time('updated_at') }} then 'impossible_updated_at'
        end as rejection_reason
    from dated

)

select * from base_opportunities
