with

connected_codes as (

    {%- for connector in connectors_with('codes') %}
        select
            '{{ connector }}' as connector,
            mapping,
            kind,
            code,
            label,
            row_count
        from {{ ref(connector ~ '_codes') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from connected_codes
