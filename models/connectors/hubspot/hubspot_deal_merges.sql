with

merged_deal as (

    {{ source_table('hubspot', 'merged_deal') }}

),

links as (

    select
        'hubspot' as connector,
        merged_deal_id as record_id,
        max(deal_id) as moved_to_id
    from merged_deal
    where merged_deal_id <> deal_id
    group by merged_deal_id

),
{{ hops('links') }}
hubspot_deal_merges as (

    select
        record_id as merged_deal_id,
        moved_to_id as deal_id
    from hop_5

)

select * from hubspot_deal_merges
