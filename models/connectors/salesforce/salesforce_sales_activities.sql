with

touches as (

    select * from {{ ref('connected_touches') }}
    where connector = 'salesforce'

),

task as (

    {{ source_table('salesforce', 'task') }}

),

task_relation as (

    {{ source_table('salesforce', 'task_relation') }}

),

event as (

    {{ source_table('salesforce', 'event') }}

),

event_relation as (

    {{ source_table('salesforce', 'event_relation') }}

),

people as (

    select * from {{ ref('connected_people') }}
    where connector = 'salesforce'

),

named as (

    select
        id as engagement_id,
        who_id as record_id
    from task
    {{ union_distinct() }}
    select
        task_id as engagement_id,
        relation_id as record_id
    from task_relation
    where not coalesce(is_what, false) and not coalesce(is_deleted, false)
    {{ union_distinct() }}
    select
        id as engagement_id,
        who_id as record_id
    from event
    {{ union_distinct() }}
    select
        event_id as engagement_id,
        relation_id as record_id
    from event_relation
    where
        not coalesce(is_what, false)
        and not coalesce(is_deleted, false)
        and coalesce(status, '') <> 'Declined'

),

-- 005 is a colleague who was invited
touched as (

    select distinct
        named.engagement_id,
        coalesce(people.lead_id, named.record_id) as lead_id
    from named
    left join people on named.record_id = people.record_id
    where named.record_id is not null and named.record_id not like '005%'

),

salesforce_sales_activities as (

    select
        touches.engagement_id || ':' || touched.lead_id as activity_id,
        touched.lead_id,
        touches.activity_type,
        touches.occurred_at,
        touches.owner,
        touches.updated_at
    from touches
    inner join touched on touches.engagement_id = touched.engagement_id

)

select * from salesforce_sales_activities
