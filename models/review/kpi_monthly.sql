with

kpi_values as (

    select
        month,
        kpi,
        value,
        is_mature
    from {{ ref('kpi_handoffs') }}
    union all
    select
        month,
        kpi,
        value,
        true as is_mature
    from {{ ref('kpi_leads') }}

),

targeted as (

    select
        kpi_values.*,
        targets.target,
        targets.comparison,
        row_number() over (
            partition by kpi_values.month, kpi_values.kpi order by targets.valid_from_date desc nulls last
        ) as recency
    from kpi_values
    left join {{ ref('kpi_targets') }} as targets
        on kpi_values.kpi = targets.kpi and kpi_values.month >= targets.valid_from_date

),

kpi_monthly as (

    select
        month,
        cast(kpi as {{ dbt.type_string() }}) as kpi,
        cast(value as numeric(28, 6)) as value,
        is_mature,
        comparison,
        target,
        case comparison
            when 'at_least' then value >= target
            when 'at_most' then value <= target
        end as is_target_met
    from targeted
    where recency = 1

)

select * from kpi_monthly
