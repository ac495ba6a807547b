with

users as (

    {{ source_table('salesforce', 'user') }}

),

salesforce_owners as (

    select
        id as owner_id,
        max(coalesce(name, email, id)) as owner
    from users
    group by id

)

select * from salesforce_owners
