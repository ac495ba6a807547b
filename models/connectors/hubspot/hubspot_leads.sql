with

people as (

    select * from {{ ref('connected_people') }}
    where connector = 'hubspot'

),

contacts as (

    select * from {{ ref('hubspot_contacts') }}

),

companies as (

    select * from {{ ref('hubspot_companies') }}

),

contact_property_history as (

    {{ source_table('hubspot', 'contact_property_history') }}

),

decisions as (

    select * from {{ ref('mapping_decisions') }}
    where connector = 'hubspot' and mapping = 'attribute_values'

),

survivors as (

    select
        lead_id,
        survivor_id,
        min(created_at) as created_at
    from people
    group by lead_id, survivor_id

),

status_changes as (

    select
        contact_id,
        value as lead_status,
        max({{ column_name('timestamp') }}) as changed_at
    from contact_property_history
    where name in ('hs_lead_status', 'property_hs_lead_status')
    group by contact_id, value

),

facts as (

    select
        survivors.lead_id,
        survivors.created_at,
        contacts.updated_at,
        contacts.email,
        coalesce(companies.company_name, contacts.company_name) as company_name,
        coalesce(companies.employee_count, contacts.employee_count) as employee_count,
        coalesce(companies.industry, contacts.industry) as industry,
        contacts.job_title,
        coalesce(contacts.region, companies.region) as region,
        contacts.persona,
        contacts.lead_status,
        {%- for attribute in var('scored_attributes') %}
            contacts.{{ attribute }},
        {%- endfor %}
        coalesce(status_changes.changed_at, contacts.updated_at, survivors.created_at) as status_since
    from survivors
    inner join contacts on survivors.survivor_id = contacts.contact_id
    left join companies on contacts.company_id = companies.company_id
    left join status_changes
        on contacts.contact_id = status_changes.contact_id and contacts.lead_status = status_changes.lead_status

),

hubspot_leads as (

    select
        facts.lead_id,
        facts.created_at,
        facts.updated_at,
        facts.email,
        facts.company_name,
        facts.employee_count,
        coalesce(industries.decision, facts.industry) as industry,
        facts.job_title,
        facts.region,
        segments.decision as segment,
        case when statuses.decision is not null then facts.status_since end as disqualified_at,
        {%- for attribute in var('scored_attributes') %}
            facts.{{ attribute }},
        {%- endfor %}
        statuses.decision as disqualified_reason
    from facts
    left join decisions as industries on facts.industry = industries.code and industries.kind = 'industry'
    left join decisions as segments on facts.persona = segments.code and segments.kind = 'segment'
    left join decisions as statuses on facts.lead_status = statuses.code and statuses.kind = 'disqualified'

)

select * from hubspot_leads
