with

first_months as (

    select cast(date_trunc('month', {{ utc_to_local('min(created_at)') }}) as {{ dbt.type_timestamp() }}) as first_month
    from {{ ref('stg_leads') }}

),

months as (

    select
        {{ dbt.dateadd('month', 'numbers.number - 1', 'first_months.first_month') }} as local_start,
        {{ dbt.dateadd('month', 'numbers.number', 'first_months.first_month') }} as local_end
    from first_months
    cross join {{ ref('numbers') }} as numbers

),

ended as (

    select
        cast(local_start as date) as month,
        {{ local_to_utc('local_end') }} as month_end_at
    from months

),

month_ends as (

    select
        month,
        month_end_at,
        {{ add_days('month_end_at', var('outcome_horizon_days')) }} <= {{ as_of() }} as is_mature
    from ended
    where month_end_at <= {{ as_of() }}

)

select * from month_ends
