with

hubspot_contacts as (

    select * from {{ ref('hubspot_contacts') }}

),

numbers as (

    select * from {{ ref('numbers') }}

),

contact_merge_audit as (

    {{ source_table('hubspot', 'contact_merge_audit') }}

),

-- older accounts write a time behind each id: 131:1741996800000
listed as (

    select
        {{ clean_text(nth_part(nth_part('merged_ids', ';', 'number'), ':', 1)) }} as record_id,
        contact_id as moved_to_id,
        1 as source_rank,
        updated_at as merged_at
    from hubspot_contacts
    inner join numbers on numbers.number <= {{ item_count('merged_ids') }}

),

audited as (

    select
        vid_to_merge as record_id,
        canonical_vid as moved_to_id,
        2 as source_rank,
        {{ column_name('timestamp') }} as merged_at
    from contact_merge_audit

),

ranked as (

    select
        *,
        row_number() over (
            partition by record_id order by source_rank, merged_at desc nulls last, moved_to_id desc
        ) as link_rank
    from (select * from listed union all select * from audited) as links
    where record_id <> moved_to_id

),

hubspot_merges as (

    select
        record_id,
        moved_to_id
    from ranked
    where link_rank = 1

)

select * from hubspot_merges
