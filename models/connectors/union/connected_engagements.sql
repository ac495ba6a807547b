with

connected_engagements as (

    {%- for connector in connectors_with('engagements') %}
        select
            '{{ connector }}' as connector,
            engagement_id,
            activity_type,
            occurred_at,
            updated_at,
            owner_id,
            direction_kind,
            direction,
            outcome_kind,
            outcome
        from {{ ref(connector ~ '_engagements') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from connected_engagements
