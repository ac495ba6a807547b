with

clocks as (

    select * from {{ ref('stale_clocks') }}
    where is_sales_recorded

),

handoffs as (

    select * from {{ ref('sales_handoffs') }}
    where first_touch_at is not null

),

stays as (

    select * from {{ ref('handoff_stays') }}

),

opportunities as (

    select * from {{ ref('stg_opportunities') }}

),

-- creating an opportunity is something that sales did
acts as (

    select
        lead_id,
        occurred_at as acted_at
    from {{ ref('stg_sales_activities') }}
    union all
    select
        lead_id,
        created_at as acted_at
    from opportunities

),

in_sales_hands as (

    select
        clocks.clock_at,
        clocks.month,
        handoffs.lead_id,
        stays.entered_at
    from clocks
    inner join handoffs
        on
            clocks.clock_at >= handoffs.first_touch_at
            and (handoffs.next_handed_off_at is null or clocks.clock_at < handoffs.next_handed_off_at)
    inner join stays
        on
            handoffs.lead_id = stays.lead_id
            and clocks.clock_at >= stays.entered_at
            and (stays.left_at is null or clocks.clock_at < stays.left_at)

),

left_alone as (

    select
        in_sales_hands.clock_at,
        in_sales_hands.month,
        in_sales_hands.lead_id,
        in_sales_hands.entered_at,
        {{ add_days('max(acts.acted_at)', var('abandoned_after_days')) }} as left_alone_since
    from in_sales_hands
    inner join acts on in_sales_hands.lead_id = acts.lead_id and in_sales_hands.clock_at >= acts.acted_at
    group by in_sales_hands.clock_at, in_sales_hands.month, in_sales_hands.lead_id, in_sales_hands.entered_at

),

stale_abandoned as (

    select
        left_alone.clock_at,
        left_alone.month,
        left_alone.lead_id,
        greatest(
            left_alone.left_alone_since,
            left_alone.entered_at,
            coalesce(max(opportunities.lost_at), left_alone.entered_at)
        ) as stale_since
    from left_alone
    left join opportunities
        on left_alone.lead_id = opportunities.lead_id and left_alone.clock_at >= opportunities.created_at
    where left_alone.left_alone_since <= left_alone.clock_at
    group by
        left_alone.clock_at, left_alone.month, left_alone.lead_id, left_alone.entered_at, left_alone.left_alone_since
    -- an opportunity that is not lost at the clock is with sales
    having
        sum(case
            when opportunities.opportunity_id is null or opportunities.lost_at <= left_alone.clock_at then 0 else 1
        end) = 0

)

select * from stale_abandoned
