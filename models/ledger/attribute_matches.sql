with

lead_attributes as (

    select * from {{ ref('lead_attributes') }}

),

rule_alternatives as (

    select * from {{ ref('rule_alternatives') }}

),

-- equality apart from the rest, so that a list of a thousand domains stays a hash join
exact_matches as (

    select
        lead_attributes.lead_id,
        lead_attributes.created_at,
        rule_alternatives.rule_kind,
        rule_alternatives.rule_id
    from lead_attributes
    inner join rule_alternatives
        on
            lead_attributes.attribute = rule_alternatives.attribute
            and lead_attributes.attribute_text = rule_alternatives.alternative
    where rule_alternatives.match_type = 'exact'

),

other_matches as (

    select
        lead_attributes.lead_id,
        lead_attributes.created_at,
        rule_alternatives.rule_kind,
        rule_alternatives.rule_id
    from lead_attributes
    inner join rule_alternatives on lead_attributes.attribute = rule_alternatives.attribute
    where
        (
            rule_alternatives.match_type = 'pattern'
            and {{ is_like('lead_attributes.attribute_text', 'rule_alternatives.pattern') }}
        )
        or (
            rule_alternatives.match_type = 'band'
            and lead_attributes.attribute_number
            >= coalesce(rule_alternatives.min_value, lead_attributes.attribute_number)
            and (
                rule_alternatives.max_value is null
                or lead_attributes.attribute_number < rule_alternatives.max_value
            )
        )
        -- an unknown value may cost points but never disqualifies
        or (
            rule_alternatives.match_type = 'missing'
            and rule_alternatives.rule_kind = 'attribute'
            and lead_attributes.attribute_text is null
        )

),

attribute_matches as (

    select
        lead_id,
        created_at,
        rule_kind,
        rule_id
    from exact_matches
    {{ union_distinct() }}
    select
        lead_id,
        created_at,
        rule_kind,
        rule_id
    from other_matches

)

select * from attribute_matches
