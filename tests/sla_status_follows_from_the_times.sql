with

clock as (

    select max(as_of) as as_of from {{ ref('lead_mart') }}

),

recorded as (

    select count(*) as activities
    from {{ ref('stg_sales_activities') }} as activities
    inner join {{ ref('lead_mart') }} as mart
        on activities.lead_id = mart.lead_id and activities.occurred_at <= mart.as_of

),

handoffs as (

    select
        handoffs.*,
        tiers.min_score
    from {{ ref('sales_handoffs') }} as handoffs
    inner join {{ ref('tiers') }} as tiers on handoffs.tier = tiers.tier

),

climbed as (

    select distinct handoffs.handoff_id
    from handoffs
    inner join handoffs as later
        on
            handoffs.lead_id = later.lead_id
            and handoffs.min_score < later.min_score
            and handoffs.handed_off_at < later.handed_off_at
            and handoffs.sla_due_at > later.handed_off_at

)

select
    handoffs.handoff_id,
    handoffs.sla_status,
    handoffs.sla_due_at,
    handoffs.first_touch_at
from handoffs
cross join clock
cross join recorded
left join climbed on handoffs.handoff_id = climbed.handoff_id
where
    handoffs.sla_status is distinct from
    case
        when handoffs.first_touch_at <= handoffs.sla_due_at then 'met'
        when handoffs.first_touch_at > handoffs.sla_due_at then 'late'
        when climbed.handoff_id is not null then 'superseded'
        when recorded.activities = 0 then 'unknown'
        when clock.as_of <= handoffs.sla_due_at then 'open'
        when clock.as_of > handoffs.sla_due_at then 'breached'
    end
    or coalesce(handoffs.sla_due_at <= handoffs.handed_off_at, true)
    or coalesce(handoffs.first_touch_at < handoffs.handed_off_at, false)
    or coalesce(handoffs.first_touch_at >= handoffs.next_handed_off_at, false)
    or coalesce(handoffs.first_touch_at > clock.as_of, false)
    or handoffs.handed_off_at > clock.as_of
    or (handoffs.response_hours is null) is distinct from (handoffs.first_touch_at is null)
