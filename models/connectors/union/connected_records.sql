with

connected_records as (

    {%- for connector in connectors_with('records') %}
        select
            '{{ connector }}' as connector,
            crm_object,
            record_id,
            moved_to_id,
            created_at,
            is_deleted
        from {{ ref(connector ~ '_records') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from connected_records
