with

attribute_matches as (

    select * from {{ ref('attribute_matches') }}
    where rule_kind = 'attribute'

),

attribute_rules as (

    select * from {{ ref('attribute_rules') }}

),

attribute_awards as (

    select
        attribute_matches.lead_id,
        attribute_matches.created_at as awarded_at,
        attribute_matches.rule_id,
        attribute_rules.points
    from attribute_matches
    inner join attribute_rules on attribute_matches.rule_id = attribute_rules.rule_id
    where attribute_rules.points <> 0

)

select * from attribute_awards
