with

connected_owners as (

    {%- for connector in connectors_with('owners') %}
        select
            '{{ connector }}' as connector,
            owner_id,
            owner
        from {{ ref(connector ~ '_owners') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from connected_owners
