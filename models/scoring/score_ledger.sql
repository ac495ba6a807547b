with

score_ledger as (

    {%- for axis in ['attribute', 'behavior', 'recency'] %}
        select
            lead_id,
            effective_at,
            axis,
            rule_id,
            entry_type,
            points,
            event_id,
            asset,
            episode
        from {{ ref(axis ~ '_points') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from score_ledger
