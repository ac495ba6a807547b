with

stale_clocks as (

    select
        {{ as_of() }} as clock_at,
        cast(null as date) as month
    union all
    select
        {{ just_before('month_end_at') }} as clock_at,
        month
    from {{ ref('month_ends') }}

)

select * from stale_clocks
