with

attribute_matches as (

    select * from {{ ref('attribute_matches') }}
    where rule_kind = 'disqualification'

),

disqualification_rules as (

    select * from {{ ref('disqualification_rules') }}

),

leads as (

    select * from {{ ref('stg_leads') }}

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

matched as (

    select * from ranked
    where match_number = 1

),

-- a rule holds for the whole history, somebody's word from when it was said
disqualified_leads as (

    select
        leads.lead_id,
        matched.rule_id,
        case
            when matched.lead_id is null then leads.disqualified_reason else matched.disqualification_reason
        end as disqualification_reason,
        case when matched.lead_id is null then leads.disqualified_at end as disqualified_at
    from leads
    left join matched on leads.lead_id = matched.lead_id
    where matched.lead_id is not null or leads.disqualified_at is not null

)

select * from disqualified_leads
