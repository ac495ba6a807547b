with

alternatives as (

    select * from {{ ref('rule_alternatives') }}
    where rule_kind = 'attribute'

),

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

common_values as (

    select
        lead_values.attribute,
        lead_values.attribute_text
    from lead_values
    left join number_attributes on lead_values.attribute = number_attributes.attribute
    where number_attributes.attribute is null or lead_values.attribute_text = '(missing)'
    group by lead_values.attribute, lead_values.attribute_text
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
                    and common_values.attribute_text like alternatives.pattern escape '!'
                )
            )
    where alternatives.rule_id is null

),

distinct_numbers as (

    select
        lead_values.attribute,
        lead_values.attribute_number,
        count(*) as leads
    from lead_values
    inner join number_attributes on lead_values.attribute = number_attributes.attribute
    where lead_values.attribute_number is not null
    group by lead_values.attribute, lead_values.attribute_number

),

-- a band that spanned those of rules would overlap them: how many begin below tells the gaps apart
unnamed_numbers as (

    select
        distinct_numbers.attribute,
        distinct_numbers.attribute_number,
        distinct_numbers.leads,
        count(alternatives.rule_id) as bands_below
    from distinct_numbers
    left join alternatives
        on
            distinct_numbers.attribute = alternatives.attribute
            and alternatives.match_type = 'band'
            and distinct_numbers.attribute_number >= coalesce(alternatives.min_value, distinct_numbers.attribute_number)
    group by distinct_numbers.attribute, distinct_numbers.attribute_number, distinct_numbers.leads
    having
        sum(
            case
                when alternatives.rule_id is null or distinct_numbers.attribute_number >= alternatives.max_value then 0
                else 1
            end
        ) = 0

),

placed as (

    select
        attribute,
        attribute_number,
        bands_below,
        sum(leads) over (partition by attribute, bands_below order by attribute_number) - leads as leads_below,
        sum(leads) over (partition by attribute, bands_below) as all_leads
    from unnamed_numbers

),

-- four bands of about as many leads, fewer where they would be too small to judge
parts as (

    select
        attribute,
        attribute_number,
        bands_below,
        floor(
            cast(leads_below as numeric(28, 6))
            * least(4, greatest(1, floor(cast(all_leads as numeric(28, 6)) / {{ 2 * var('review_min_leads') }})))
            / all_leads
        ) as part_number
    from placed

),

bands as (

    select
        attribute,
        min(attribute_number) as from_number,
        max(attribute_number) as to_number
    from parts
    group by attribute, bands_below, part_number

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
        'number band' as candidate_kind,
        bands.attribute || ' ' || {{ plain_number('bands.from_number') }}
        || ' to ' || {{ plain_number('bands.to_number') }} as candidate_id,
        lead_values.lead_id
    from bands
    inner join lead_values
        on
            bands.attribute = lead_values.attribute
            and bands.from_number <= lead_values.attribute_number
            and bands.to_number >= lead_values.attribute_number

)

select * from attribute_candidates
