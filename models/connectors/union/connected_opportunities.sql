with

connected_opportunities as (

    {%- for connector in connectors_with('opportunities') %}
        select
            opportunity_id,
            lead_id,
            created_at,
            closed_at,
            is_won,
            amount,
            deal_id,
            updated_at
        from {{ ref(connector ~ '_opportunities') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from connected_opportunities
