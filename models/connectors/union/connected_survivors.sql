with

connected_records as (

    select * from {{ ref('connected_records') }}

),

links as (

    select
        connector,
        record_id,
        moved_to_id
    from connected_records
    where moved_to_id is not null and moved_to_id <> record_id

),
{{ hops('links') }}
-- a chain that leads back into itself has no end: its records stay what they are
ends as (

    select hop_5.*
    from hop_5
    left join links on hop_5.connector = links.connector and hop_5.moved_to_id = links.record_id
    where links.record_id is null

),

moved as (

    select
        connected_records.*,
        coalesce(ends.moved_to_id, connected_records.record_id) as survivor_id
    from connected_records
    left join ends
        on connected_records.connector = ends.connector and connected_records.record_id = ends.record_id

),

connected_survivors as (

    select
        moved.connector,
        moved.crm_object,
        moved.record_id,
        moved.survivor_id,
        survivors.crm_object as survivor_object,
        moved.created_at,
        {#- the record that names a person nobody has named yet: 1 first -#}
        case
            when moved.crm_object = 'lead' and not moved.is_deleted
                and moved.survivor_id in (moved.record_id, moved.moved_to_id) then 1
            when moved.crm_object = 'lead' and not moved.is_deleted then 2
            when moved.survivor_id = moved.record_id then 3
            else 4
        end as name_rank
    from moved
    inner join connected_records as survivors
        on moved.connector = survivors.connector and moved.survivor_id = survivors.record_id
    where not survivors.is_deleted

)

select * from connected_survivors
