-- The rules in force since the last change are the rule book.
with

in_force as (

    select * from {{ ref('rule_book_periods') }}
    where valid_to is null

)

select
    coalesce(rule_book.rule_kind, in_force.rule_kind) as rule_kind,
    coalesce(rule_book.rule_id, in_force.rule_id) as rule_id
from {{ ref('rule_book') }} as rule_book
full outer join in_force on rule_book.rule_kind = in_force.rule_kind and rule_book.rule_id = in_force.rule_id
where rule_book.content is distinct from in_force.content
