with

rules as (

    {%- for seed, axis in {
        'attribute_rules': 'attribute',
        'behavior_rules': 'behavior',
        'recency_rules': 'recency',
        'reset_rules': 'behavior',
        'disqualification_rules': 'none',
        'tiers': 'none',
    }.items() %}
        {%- set is_tier = seed == 'tiers' %}
        select
            '{{ seed }}' as rule_kind,
            {{ 'tier' if is_tier else 'rule_id' }} as rule_id,
            {{ "cast('" ~ axis ~ "' as " ~ dbt.type_string() ~ ")" }} as axis,
            {{ 'cast(null as numeric(18, 6))' if axis == 'none' else 'points' }} as points,
            coalesce(description, {{ 'tier' if is_tier else 'rule_id' }}) as description,
            {{ rule_content(seed, ', ') }} as content,
            {{ dbt.hash(rule_content(seed)) }} as content_hash
        from {{ ref(seed) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

rule_book as (

    select
        rule_kind,
        rule_id,
        nullif(axis, 'none') as axis,
        points,
        description,
        content,
        content_hash
    from rules

)

select * from rule_book
