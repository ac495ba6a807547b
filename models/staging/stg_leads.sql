with

base_leads as (

    select * from {{ ref('base_leads') }}
    where rejection_reason is null and {{ is_among('restaged_leads') }}

),

ranked as (

    select
        *,
        {{ version_number('leads') }} as version_rank
    from base_leads

),

stg_leads as (

    select
        lead_id,
        created_at,
        updated_at,
        email,
        case when email like '%@%' then lower({{ clean_text(nth_part('email', '@', -1)) }}) end as email_domain,
        company_name,
        employee_count,
        industry,
        job_title,
        region,
        {%- for attribute in scored_attributes() %}
            {{ attribute }},
        {%- endfor %}
        segment
    from ranked
    where version_rank = 1

)

select * from stg_leads
