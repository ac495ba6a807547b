with

deal_contact as (

    {{ source_table('hubspot', 'deal_contact') }}

),

deal as (

    {{ source_table('hubspot', 'deal') }}

),

numbers as (

    select * from {{ ref('numbers') }}

),

-- a pair is there once per label
hubspot_deal_contacts as (

    select deal_id, contact_id from deal_contact
    {{ union_distinct() }}
    select
        deal.deal_id,
        {{ nth_part('deal.contact_ids', ',', 'numbers.number') }} as contact_id
    from deal
    inner join numbers on numbers.number <= {{ item_count('deal.contact_ids', ',') }}

)

select * from hubspot_deal_contacts
