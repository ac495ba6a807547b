-- No rule was in force twice at a time, and those in force last are the rule book.
with

periods as (

    select
        *,
        lead(valid_from) over (partition by rule_kind, rule_id order by valid_from, change_number) as next_from
    from {{ ref('rule_book_periods') }}

),

open_periods as (

    select * from periods
    where valid_to is null

)

select
    rule_kind,
    rule_id
from periods
where valid_to <= valid_from or (valid_to is null and next_from is not null) or next_from < valid_to
union all
select
    coalesce(rule_book.rule_kind, open_periods.rule_kind) as rule_kind,
    coalesce(rule_book.rule_id, open_periods.rule_id) as rule_id
from {{ ref('rule_book') }} as rule_book
full outer join open_periods
    on rule_book.rule_kind = open_periods.rule_kind and rule_book.rule_id = open_periods.rule_id
where rule_book.content is distinct from open_periods.content
