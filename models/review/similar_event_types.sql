-- Pairs of neighbouring letters that two words share tell a slip of the pen from another word.
with

numbers as (

    select * from {{ ref('numbers') }}

),

seen_types as (

    select distinct event_type from {{ ref('stg_events') }}
    where occurred_at <= {{ as_of() }}

),

unseen_types as (

    select distinct rule_types.event_type
    from {{ ref('rule_event_types') }} as rule_types
    left join seen_types on rule_types.event_type = seen_types.event_type
    where seen_types.event_type is null

),

words as (

    select
        event_type,
        true as is_seen
    from seen_types
    union all
    select
        event_type,
        false as is_seen
    from unseen_types

),

pairs as (

    select distinct
        words.event_type,
        words.is_seen,
        substring(words.event_type, numbers.number, 2) as letters
    from words
    inner join numbers on numbers.number < length(words.event_type)

),

counted as (

    select
        *,
        count(*) over (partition by event_type) as pair_count
    from pairs

),

compared as (

    select
        unseen.event_type,
        seen.event_type as similar_event_type,
        count(*) as shared_pairs,
        max(unseen.pair_count) + max(seen.pair_count) as pair_count,
        row_number() over (
            partition by unseen.event_type
            order by {{ as_float('count(*)') }} / (max(unseen.pair_count) + max(seen.pair_count)) desc, seen.event_type
        ) as nearness
    from counted as unseen
    inner join counted as seen on unseen.letters = seen.letters and seen.is_seen
    where not unseen.is_seen
    group by unseen.event_type, seen.event_type

),

similar_event_types as (

    select
        event_type,
        similar_event_type
    from compared
    -- a word that shares less than half of its pairs is another word
    where nearness = 1 and 4 * shared_pairs >= pair_count

)

select * from similar_event_types
