with

base_leads as (

    select * from {{ ref('base_leads') }}
    where rejection_reason is null

),

aliases as (

    select * from {{ ref('stg_lead_aliases') }}

),

ranked as (

    select
        *,
        {{ version_number('leads') }} as version_rank
    from base_leads

),

-- of a person with several rows that of the surviving id tells the attributes, else the latest
people as (

    select
        ranked.*,
        coalesce(aliases.lead_id, ranked.lead_id) as person_id,
        min(ranked.created_at) over (
            partition by coalesce(aliases.lead_id, ranked.lead_id)
        ) as first_created_at,
        row_number() over (
            partition by coalesce(aliases.lead_id, ranked.lead_id)
            order by
                case when aliases.lead_id is null then 0 else 1 end asc,
                ranked.updated_at desc nulls last,
                ranked.lead_id desc
        ) as row_rank
    from ranked
    left join aliases on ranked.lead_id = aliases.alias_id
    where ranked.version_rank = 1

),

stg_leads as (

    select
        person_id as lead_id,
        first_created_at as created_at,
        updated_at,
        email,
        {{ email_domain('email') }} as email_domain,
        company_name,
        employee_count,
        industry,
        job_title,
        region,
        {%- for attribute in scored_attributes() %}
            {{ attribute }},
        {%- endfor %}
        segment,
        disqualified_at,
        disqualified_reason
    from people
    where row_rank = 1

)

select * from stg_leads
