with

month_ends as (

    select * from {{ ref('month_ends') }}

),

numbers as (

    select * from {{ ref('numbers') }}
    where number <= 31

),

days as (

    select
        month_ends.month,
        cast({{ add_days('month_ends.month', 'numbers.number - 1') }} as date) as metric_date
    from month_ends
    cross join numbers

),

metric_days as (

    select metric_date
    from days
    where cast({{ dbt.date_trunc('month', 'metric_date') }} as date) = month

)

select * from metric_days
