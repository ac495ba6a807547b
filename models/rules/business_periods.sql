with

numbers as (

    select * from {{ ref('numbers') }}

),

business_hours as (

    select
        weekday,
        cast({{ nth_part('opens_at', ':', 1) }} as {{ dbt.type_int() }}) * 3600
        + cast({{ nth_part('opens_at', ':', 2) }} as {{ dbt.type_int() }}) * 60 as opens_after_seconds,
        cast({{ nth_part('closes_at', ':', 1) }} as {{ dbt.type_int() }}) * 3600
        + cast({{ nth_part('closes_at', ':', 2) }} as {{ dbt.type_int() }}) * 60 as closes_after_seconds
    from {{ ref('business_hours') }}

),

-- 1990-01-01 was a Monday; the last day is 2100-12-31
days as (

    select
        (thousands.number - 1) * 1000 + units.number as day_number,
        {{ add_days(
            "cast('1989-12-31' as " ~ dbt.type_timestamp() ~ ")", '((thousands.number - 1) * 1000 + units.number)'
        ) }} as local_midnight
    from numbers as thousands
    cross join numbers as units
    where thousands.number <= 41 and (thousands.number - 1) * 1000 + units.number <= 40542

),

opened as (

    select
        cast(days.local_midnight as date) as local_date,
        {{ local_to_utc(add_seconds('days.local_midnight', 'business_hours.opens_after_seconds')) }} as opens_at,
        {{ local_to_utc(add_seconds('days.local_midnight', 'business_hours.closes_after_seconds')) }} as closes_at
    from days
    left join {{ ref('holidays') }} as holidays on cast(days.local_midnight as date) = holidays.holiday_date
    left join business_hours
        on mod(days.day_number - 1, 7) + 1 = business_hours.weekday and holidays.holiday_date is null

),

measured as (

    select
        local_date,
        opens_at,
        closes_at,
        coalesce({{ elapsed_seconds('opens_at', 'closes_at') }}, 0) as business_seconds
    from opened

),

business_periods as (

    select
        local_date,
        opens_at,
        closes_at,
        cast(business_seconds as numeric(18, 6)) as business_seconds,
        cast(
            sum(business_seconds) over (order by local_date rows between unbounded preceding and current row)
            - business_seconds as numeric(18, 6)
        ) as business_seconds_before
    from measured

)

select * from business_periods
