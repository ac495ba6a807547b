with

reviewed_leads as (

    select distinct scores.lead_id
    from {{ ref('month_end_scores') }} as scores
    inner join {{ ref('month_ends') }} as month_ends on scores.month = month_ends.month
    where month_ends.is_reviewed

),

-- an address is one lead's own
lead_values as (

    select
        lead_attributes.lead_id,
        lead_attributes.attribute,
        coalesce(lead_attributes.attribute_text, '(missing)') as attribute_text,
        lead_attributes.attribute_number
    from {{ ref('lead_attributes') }} as lead_attributes
    inner join reviewed_leads on lead_attributes.lead_id = reviewed_leads.lead_id
    where lead_attributes.attribute <> 'email'

),

-- a column of numbers is one in which nearly everything given is a number
number_attributes as (

    select attribute
    from lead_values
    where attribute_text <> '(missing)'
    group by attribute
    having 10 * count(attribute_number) >= 9 * count(*) and count(distinct attribute_number) > 10

),

reviewed_attributes as (

    select
        lead_values.*,
        number_attributes.attribute is not null and lead_values.attribute_text <> '(missing)' as is_number
    from lead_values
    left join number_attributes on lead_values.attribute = number_attributes.attribute

)

select * from reviewed_attributes
