with

clocks as (

    select
        {{ as_of() }} as clock_at,
        cast(null as date) as month
    union all
    select
        {{ just_before('month_end_at') }} as clock_at,
        month
    from {{ ref('month_ends') }}

),

stale_clocks as (

    select
        clocks.clock_at,
        clocks.month,
        coalesce(recording.recorded_since <= clocks.clock_at, false) as is_sales_recorded
    from clocks
    cross join {{ ref('sales_recording') }} as recording

)

select * from stale_clocks
