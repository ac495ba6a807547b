with

connected_sales_activities as (

    {%- for connector in connectors_with('sales_activities') %}
        select
            activity_id,
            lead_id,
            activity_type,
            occurred_at,
            owner,
            updated_at
        from {{ ref(connector ~ '_sales_activities') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from connected_sales_activities
