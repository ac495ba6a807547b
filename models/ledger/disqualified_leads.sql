with

attribute_matches as (

    select * from {{ ref('attribute_matches') }}
    where rule_kind = 'disqualification'

),

disqualification_rules as (

    select * from {{ ref('disqualification_rules') }}

),

ranked as (

    select
        attribute_matches.lead_id,
        attribute_matches.rule_id,
        disqualification_rules.reason as disqualification_reason,
        row_number() over (
            partition by attribute_matches.lead_id order by attribute_matches.rule_id
        ) as match_number
    from attribute_matches
    inner join disqualification_rules on attribute_matches.rule_id = disqualification_rules.rule_id

),

disqualified_leads as (

    select
        lead_id,
        rule_id,
        disqualification_reason
    from ranked
    where match_number = 1

)

select * from disqualified_leads
