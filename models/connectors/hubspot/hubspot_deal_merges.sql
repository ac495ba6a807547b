with

merged_deal as (

    {{ source_table('hubspot', 'merged_deal') }}

),

deal as (

    {{ source_table('hubspot', 'deal') }}

),

numbers as (

    select * from {{ ref('numbers') }}

),

merges as (

    select merged_deal_id, deal_id from merged_deal
    union all
    select
        {{ clean_text(nth_part('deal.property_hs_merged_object_ids', ';', 'numbers.number')) }} as merged_deal_id,
        deal.deal_id
    from deal
    inner join numbers on numbers.number <= {{ item_count('deal.property_hs_merged_object_ids') }}

),

links as (

    select
        'hubspot' as connector,
        merged_deal_id as record_id,
        max(deal_id) as moved_to_id
    from merges
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
