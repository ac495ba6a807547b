-- Horizons that overlap would count one opportunity several times. A month has at least 28 days, so
-- months this far apart share none.
{%- set step = [1, (var('outcome_horizon_days') | int / 28) | round(0, 'ceil') | int] | max %}
with

numbers as (

    select * from {{ ref('numbers') }}

),

-- the numbers reach 1000 months, which is 83 years
first_months as (

    select
        cast(
            {{ dbt.date_trunc('month', utc_to_local('min(created_at)')) }} as {{ dbt.type_timestamp() }}
        ) as first_month
    from {{ ref('stg_leads') }}
    where created_at <= {{ as_of() }}

),

months as (

    select
        {{ add_months('first_months.first_month', 'numbers.number - 1') }} as local_month,
        {{ add_months('first_months.first_month', 'numbers.number') }} as next_local_month
    from first_months
    cross join numbers

),

ends as (

    select
        cast(local_month as date) as month,
        cast({{ local_to_utc('next_local_month') }} as {{ dbt.type_timestamp() }}) as month_end_at
    from months
    where local_month is not null

),

horizons as (

    select
        month,
        month_end_at,
        {{ add_days('month_end_at', var('outcome_horizon_days')) }} as horizon_ends_at
    from ends
    where month_end_at <= {{ as_of() }}

),

matured as (

    select
        *,
        horizon_ends_at <= {{ as_of() }} as is_mature
    from horizons

),

numbered as (

    select
        *,
        row_number() over (partition by is_mature order by month desc) as newest_first
    from matured

),

month_ends as (

    select
        month,
        month_end_at,
        horizon_ends_at,
        is_mature,
        is_mature and mod(newest_first - 1, {{ step }}) = 0 as is_reviewed
    from numbered

)

select * from month_ends
