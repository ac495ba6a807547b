with

connected_leads as (

    {%- for connector in connectors_with('leads') %}
        select
            lead_id,
            created_at,
            updated_at,
            email,
            company_name,
            employee_count,
            industry,
            job_title,
            region,
            segment,
            disqualified_at,
            {%- for attribute in var('scored_attributes') %}
            {{ attribute }},
            {%- endfor %}
            disqualified_reason
        from {{ ref(connector ~ '_leads') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from connected_leads
