{%- set from_below = 'partition by attribute, bands_below order by attribute_number' ~ up_to_here() -%}
with

alternatives as (

    select * from {{ ref('rule_alternatives') }}
    where rule_kind = 'attribute'

),

lead_values as (

    select * from {{ ref('reviewed_attributes') }}
    where is_number

),

distinct_numbers as (

    select
        attribute,
        attribute_number,
        count(*) as leads
    from lead_values
    where attribute_number is not null
    group by attribute, attribute_number

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
        sum(leads) over ({{ from_below }}) - leads as leads_below,
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

band_candidates as (

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

select * from band_candidates
