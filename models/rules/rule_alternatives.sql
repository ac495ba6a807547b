with

attribute_rules as (

    select * from {{ ref('attribute_rules') }}

),

disqualification_rules as (

    select * from {{ ref('disqualification_rules') }}

),

numbers as (

    select * from {{ ref('numbers') }}

),

rules as (

    select
        'attribute' as rule_kind,
        rule_id,
        {{ clean_text('attribute') }} as attribute,
        {{ clean_text('value') }} as value_list,
        min_value,
        max_value
    from attribute_rules
    union all
    select
        'disqualification' as rule_kind,
        rule_id,
        {{ clean_text('attribute') }} as attribute,
        {{ clean_text('value') }} as value_list,
        min_value,
        max_value
    from disqualification_rules

),

texts as (

    select
        rules.rule_kind,
        rules.rule_id,
        lower(rules.attribute) as attribute,
        {{ nth_part('rules.value_list', '|', 'numbers.number') }} as listed,
        {{ folded_text(nth_part('rules.value_list', '|', 'numbers.number')) }} as alternative
    from rules
    inner join numbers
        on numbers.number <= length(rules.value_list) - length(replace(rules.value_list, '|', '')) + 1

),

rule_alternatives as (

    select
        rule_kind,
        rule_id,
        attribute,
        case
            when alternative = '(missing)' then 'missing'
            when {{ is_like('listed', "'%!%%'") }} then 'pattern'
            else 'exact'
        end as match_type,
        alternative,
        {{ like_pattern('alternative') }} as pattern,
        cast(null as numeric(28, 6)) as min_value,
        cast(null as numeric(28, 6)) as max_value
    from texts
    where alternative is not null
    union all
    select
        rule_kind,
        rule_id,
        lower(attribute) as attribute,
        'band' as match_type,
        cast(null as {{ dbt.type_string() }}) as alternative,
        cast(null as {{ dbt.type_string() }}) as pattern,
        cast(min_value as numeric(28, 6)) as min_value,
        cast(max_value as numeric(28, 6)) as max_value
    from rules
    where value_list is null and (min_value is not null or max_value is not null)

)

select * from rule_alternatives
