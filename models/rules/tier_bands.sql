-- A tier depends on the total, on the attribute score and on whether the lead sleeps. Cutting
-- these three at every bound of the rule book leaves cells with one tier each, so a score finds
-- its tier by one range join instead of a sort per lead.
with

tiers as (

    select * from {{ ref('tiers') }}

),

total_bounds as (

    select
        min_score as min_total_score,
        lead(min_score) over (order by min_score) as below_total_score
    from (select distinct min_score from tiers) as bounds

),

attribute_bounds as (

    select
        min_attribute_score,
        lead(min_attribute_score) over (order by min_attribute_score) as below_attribute_score
    from (
        select min_attribute_score from tiers where min_attribute_score is not null
        {{ union_distinct() }}
        select cast(-999999999999 as numeric(18, 6)) as min_attribute_score
    ) as bounds

),

dormancy as (

    select true as is_dormant
    union all
    select false as is_dormant

),

candidates as (

    select
        dormancy.is_dormant,
        total_bounds.min_total_score,
        cast(coalesce(total_bounds.below_total_score, 999999999999) as numeric(18, 6)) as below_total_score,
        attribute_bounds.min_attribute_score,
        cast(coalesce(attribute_bounds.below_attribute_score, 999999999999) as numeric(18, 6)) as below_attribute_score,
        tiers.tier,
        max(case when tiers.sla_hours is not null then 1 else 0 end) over (
            partition by
                dormancy.is_dormant, total_bounds.min_total_score, attribute_bounds.min_attribute_score
        ) = 1 as is_handed_over,
        row_number() over (
            partition by
                dormancy.is_dormant, total_bounds.min_total_score, attribute_bounds.min_attribute_score
            order by tiers.min_score desc, tiers.tier asc
        ) as preference
    from dormancy
    cross join total_bounds
    cross join attribute_bounds
    inner join tiers
        on
            total_bounds.min_total_score >= tiers.min_score
            and attribute_bounds.min_attribute_score
            >= coalesce(tiers.min_attribute_score, attribute_bounds.min_attribute_score)
            and not (dormancy.is_dormant and coalesce(tiers.requires_active, false))

),

tier_bands as (

    select
        is_dormant,
        min_total_score,
        below_total_score,
        min_attribute_score,
        below_attribute_score,
        tier,
        is_handed_over
    from candidates
    where preference = 1

)

select * from tier_bands
