with

months as (

    select * from {{ ref('month_ends') }}

),

sales_capacity as (

    select * from {{ ref('sales_capacity') }}

),

-- what was agreed by the month's last day
ranked as (

    select
        months.month,
        {{ share_of('sales_capacity.handoffs_per_week * 52', '12') }} as capacity,
        row_number() over (partition by months.month order by sales_capacity.valid_from_date desc nulls last)
            as capacity_rank
    from months
    left join sales_capacity
        on
            {{ either_way('months.month', 'sales_capacity.valid_from_date') -}}
            cast(sales_capacity.valid_from_date as {{ dbt.type_timestamp() }}) < {{ add_months('months.month', 1) }}

),

month_capacities as (

    select
        month,
        capacity
    from ranked
    where capacity_rank = 1

)

select * from month_capacities
