with

connected_deals as (

    {%- for connector in connectors_with('deals') %}
        select
            '{{ connector }}' as connector,
            deal_id,
            pipeline_id,
            stage_id,
            is_closed,
            is_won,
            amount,
            created_at,
            close_expected_at,
            updated_at
        from {{ ref(connector ~ '_deals') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from connected_deals
