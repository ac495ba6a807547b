{{ config(severity='warn') }}
-- Two text rules of one attribute that match the same lead both count. Often one was forgotten.
with

text_rules as (

    select distinct
        rule_kind,
        rule_id,
        attribute
    from {{ ref('rule_alternatives') }}
    where rule_kind = 'attribute' and match_type <> 'band'

)

select
    matches.lead_id,
    text_rules.attribute,
    count(*) as matching_rules
from {{ ref('attribute_matches') }} as matches
inner join text_rules on matches.rule_kind = text_rules.rule_kind and matches.rule_id = text_rules.rule_id
group by matches.lead_id, text_rules.attribute
having count(*) > 1
