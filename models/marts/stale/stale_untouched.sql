with

clocks as (

    select * from {{ ref('stale_clocks') }}

),

handoffs as (

    select * from {{ ref('sales_handoffs') }}

),

stale_untouched as (

    select
        clocks.clock_at,
        clocks.month,
        handoffs.lead_id,
        handoffs.sla_due_at as stale_since
    from clocks
    inner join handoffs
        on
            clocks.is_sales_recorded
            and clocks.clock_at > handoffs.sla_due_at
            and clocks.clock_at >= handoffs.handed_off_at
            and (handoffs.next_handed_off_at is null or clocks.clock_at < handoffs.next_handed_off_at)
            and (handoffs.first_touch_at is null or clocks.clock_at < handoffs.first_touch_at)

)

select * from stale_untouched
