-- Either a rule matches something that is known of the lead, or somebody disqualified it.
select
    disqualified.lead_id,
    disqualified.rule_id
from {{ ref('disqualified_leads') }} as disqualified
left join {{ ref('disqualification_rules') }} as rules on disqualified.rule_id = rules.rule_id
left join {{ ref('lead_attributes') }} as attributes
    on disqualified.lead_id = attributes.lead_id and lower(rules.attribute) = attributes.attribute
where attributes.attribute_text is null and (disqualified.rule_id is not null or disqualified.disqualified_at is null)
