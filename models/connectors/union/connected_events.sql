with

connected_events as (

    {%- for connector in connectors_with('events') %}
        select
            event_id,
            lead_id,
            event_type,
            occurred_at,
            recorded_at,
            loaded_at,
            asset,
            is_bot
        from {{ ref(connector ~ '_events') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from connected_events
