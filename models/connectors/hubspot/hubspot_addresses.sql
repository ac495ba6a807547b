with

people as (

    select * from {{ ref('connected_people') }}
    where connector = 'hubspot'

),

hubspot_contacts as (

    select * from {{ ref('hubspot_contacts') }}

),

numbers as (

    select * from {{ ref('numbers') }}

),

contacts as (

    select
        hubspot_contacts.*,
        people.lead_id,
        people.created_at as record_created_at,
        case when people.record_id = people.survivor_id then 1 else 3 end as owner_rank
    from people
    inner join hubspot_contacts on people.record_id = hubspot_contacts.contact_id

),

addresses as (

    select
        {{ clean_address('email') }} as address,
        lead_id,
        owner_rank,
        record_created_at
    from contacts
    union all
    select
        {{ clean_address(nth_part('further_addresses', ';', 'number')) }} as address,
        lead_id,
        owner_rank + 1 as owner_rank,
        record_created_at
    from contacts
    inner join numbers on numbers.number <= {{ item_count('further_addresses') }}

),

-- an address in use belongs to who uses it rather than to who once did
ranked as (

    select
        *,
        row_number() over (partition by address order by owner_rank, record_created_at, lead_id) as address_rank
    from addresses
    where address is not null

),

hubspot_addresses as (

    select
        address,
        lead_id
    from ranked
    where address_rank = 1

)

select * from hubspot_addresses
