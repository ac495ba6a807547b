with

alternatives as (

    select * from {{ ref('rule_alternatives') }}
    where rule_kind = 'attribute'

),

lead_values as (

    select * from {{ ref('reviewed_attributes') }}
    where not is_number

),

common_values as (

    select
        attribute,
        attribute_text
    from lead_values
    group by attribute, attribute_text
    having count(*) >= {{ var('review_min_leads') }}

),

unnamed_values as (

    select common_values.*
    from common_values
    left join alternatives
        on
            common_values.attribute = alternatives.attribute
            and (
                (alternatives.match_type = 'exact' and common_values.attribute_text = alternatives.alternative)
                or (alternatives.match_type = 'missing' and common_values.attribute_text = '(missing)')
                or (
                    alternatives.match_type = 'pattern'
                    and common_values.attribute_text <> '(missing)'
                    and {{ is_like('common_values.attribute_text', 'alternatives.pattern') }}
                )
            )
    where alternatives.rule_id is null

),

attribute_candidates as (

    select
        'attribute value' as candidate_kind,
        unnamed_values.attribute || ' = ' || unnamed_values.attribute_text as candidate_id,
        lead_values.lead_id
    from unnamed_values
    inner join lead_values
        on
            unnamed_values.attribute = lead_values.attribute
            and unnamed_values.attribute_text = lead_values.attribute_text
    union all
    select
        candidate_kind,
        candidate_id,
        lead_id
    from {{ ref('band_candidates') }}

)

select * from attribute_candidates
