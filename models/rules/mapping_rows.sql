{%- set decisions = {
    'event_types': ['kind', 'code', 'event_type'],
    'sales_touches': ['kind', 'code', 'is_touch'],
    'deal_stages': ['pipeline', 'stage', 'is_opportunity'],
    'attribute_values': ['attribute', 'code', 'value'],
    'owners': ["'owner'", 'owner_id', 'owner'],
} %}
with

mapping_rows as (

    {%- for mapping, columns in decisions.items() %}
        select
            '{{ mapping }}' as mapping,
            {{ seed_line() }} as line,
            {{ clean_category('source') }} as connector,
            {{ clean_text(columns[0]) }} as kind,
            {{ clean_text(columns[1]) }} as code,
            {{ clean_text(truth_value(columns[2]) if columns[2].startswith('is_') else columns[2]) }} as decision
        from {{ ref(mapping).render() }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from mapping_rows
