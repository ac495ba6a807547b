-- A build overrides what earlier builds recorded for the time after its clock. Builds usually
-- follow the clock; after one with an earlier clock the periods still do not overlap.
with

rule_book_history as (

    select * from {{ ref('rule_book_history') }}

),

followed as (

    select
        *,
        min(changed_at) over (
            partition by rule_kind, rule_id order by change_number
            rows between 1 following and unbounded following
        ) as overridden_at
    from rule_book_history

),

rule_book_periods as (

    select
        rule_kind,
        rule_id,
        changed_at as valid_from,
        overridden_at as valid_to,
        points,
        description,
        content,
        change_number
    from followed
    where change_type <> 'removed' and (overridden_at is null or overridden_at > changed_at)

)

select * from rule_book_periods
