with

connected_stage_entries as (

    {%- for connector in connectors_with('stage_entries') %}
        select
            '{{ connector }}' as connector,
            deal_id,
            stage_id,
            entered_at,
            is_lost
        from {{ ref(connector ~ '_stage_entries') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from connected_stage_entries
