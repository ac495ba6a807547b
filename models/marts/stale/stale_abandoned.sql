with

clocks as (

    select * from {{ ref('stale_clocks') }}

),

handoffs as (

    select * from {{ ref('sales_handoffs') }}
    where first_touch_at is not null

),

stays as (

    select stays.*
    from {{ ref('tier_stays') }} as stays
    inner join {{ ref('tiers') }} as tiers on stays.tier = tiers.tier
    where tiers.sla_hours is not null

),

activities as (

    select * from {{ ref('stg_sales_activities') }}

),

opportunities as (

    select
        *,
        case when not is_won then coalesce(closed_at, created_at) end as lost_at
    from {{ ref('stg_opportunities') }}

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
        {{ add_days('max(activities.occurred_at)', var('abandoned_after_days')) }} as left_alone_since
    from in_sales_hands
    inner join activities
        on in_sales_hands.lead_id = activities.lead_id and in_sales_hands.clock_at >= activities.occurred_at
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
    -- an opportunity that is not lost at the clock is open or won
    having
        sum(case
            when opportunities.opportunity_id is null or opportunities.lost_at <= left_alone.clock_at then 0 else 1
        end) = 0

)

select * from stale_abandoned
