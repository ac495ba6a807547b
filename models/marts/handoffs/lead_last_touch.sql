with

activities as (

    select * from {{ ref('stg_sales_activities') }}
    where occurred_at <= {{ as_of() }}

),

named as (

    select
        lead_id,
        owner,
        row_number() over (partition by lead_id order by occurred_at desc, activity_id desc) as newest_first
    from activities
    where owner is not null

),

touched as (

    select
        lead_id,
        max(occurred_at) as last_touch_at
    from activities
    group by lead_id

),

lead_last_touch as (

    select
        touched.lead_id,
        touched.last_touch_at,
        named.owner
    from touched
    left join named on touched.lead_id = named.lead_id and named.newest_first = 1

)

select * from lead_last_touch
