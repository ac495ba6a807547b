{{ config(severity='warn') }}
-- A value between two bands earns nothing. That may be meant, so this only warns.
with

bands as (

    select
        rule_id,
        attribute,
        max_value,
        lead(min_value) over (
            partition by attribute order by coalesce(min_value, -999999999999), rule_id
        ) as next_min_value
    from {{ ref('rule_alternatives') }}
    where rule_kind = 'attribute' and match_type = 'band'

)

select *
from bands
where next_min_value > max_value
