with

openings as (

    select * from {{ ref('handoff_openings') }}

),

tiers as (

    select
        tier,
        sla_hours,
        coalesce(sla_clock, 'elapsed') as sla_clock
    from {{ ref('tiers') }}
    where sla_hours is not null

),

business_periods as (

    select * from {{ ref('business_periods') }}

),

clocked as (

    select
        openings.handoff_id,
        openings.handed_off_at,
        tiers.sla_hours,
        tiers.sla_clock,
        case
            when tiers.sla_clock = 'elapsed' then {{ add_hours('openings.handed_off_at', 'tiers.sla_hours') }}
        end as elapsed_due_at,
        case when tiers.sla_clock = 'business' then {{ local_date('openings.handed_off_at') }} end as business_date
    from openings
    inner join tiers on openings.tier = tiers.tier

),

-- working seconds, counted from the calendar's first day, at which the time is up
targets as (

    select
        clocked.*,
        started_on.business_seconds_before
        + least(
            greatest(coalesce({{ elapsed_seconds('started_on.opens_at', 'clocked.handed_off_at') }}, 0), 0),
            started_on.business_seconds
        )
        + clocked.sla_hours * 3600 as target_seconds
    from clocked
    left join business_periods as started_on on clocked.business_date = started_on.local_date

),

-- at a boundary the earlier day's closing time, so the target lies after a day's beginning
handoff_deadlines as (

    select
        targets.handoff_id,
        targets.sla_hours,
        targets.sla_clock,
        coalesce(
            targets.elapsed_due_at,
            {{ add_seconds('due_on.opens_at', 'targets.target_seconds - due_on.business_seconds_before') }}
        ) as sla_due_at
    from targets
    left join business_periods as due_on
        on
            {{ either_way('targets.target_seconds', 'due_on.business_seconds') -}}
            targets.target_seconds > due_on.business_seconds_before
            and targets.target_seconds <= due_on.business_seconds_before + due_on.business_seconds

)

select * from handoff_deadlines
