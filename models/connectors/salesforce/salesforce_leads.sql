with

people as (

    select * from {{ ref('connected_people') }}
    where connector = 'salesforce'

),

facts as (

    select * from {{ ref('salesforce_facts') }}

),

accounts as (

    select * from {{ ref('salesforce_accounts') }}

),

lead_history as (

    {{ source_table('salesforce', 'lead_history') }}

),

decisions as (

    select * from {{ ref('mapping_decisions') }}
    where connector = 'salesforce' and mapping = 'attribute_values'

),

survivors as (

    select
        lead_id,
        survivor_id,
        min(created_at) as created_at
    from people
    group by lead_id, survivor_id

),

-- what a contact lacks is in the lead it was converted from
typed as (

    select
        people.survivor_id,
        facts.*,
        row_number() over (
            partition by people.survivor_id
            order by case when facts.is_deleted then 1 else 0 end, facts.created_at desc nulls last, facts.record_id
        ) as lead_rank
    from people
    inner join facts on people.record_id = facts.record_id
    where facts.crm_object = 'lead'

),

status_changes as (

    select
        lead_id as record_id,
        new_value as status,
        max(created_date) as changed_at
    from lead_history
    where lower(field) = 'status'
    group by lead_id, new_value

),

joined as (

    select
        survivors.lead_id,
        coalesce(survivors.created_at, typed.created_at) as created_at,
        coalesce(facts.updated_at, typed.updated_at) as updated_at,
        coalesce(facts.email, typed.email) as email,
        coalesce(accounts.company_name, typed.company_name) as company_name,
        coalesce(accounts.employee_count, typed.employee_count) as employee_count,
        coalesce(accounts.industry, typed.industry) as industry,
        coalesce(facts.job_title, typed.job_title) as job_title,
        coalesce(facts.region, accounts.region, typed.region) as region,
        accounts.account_type,
        facts.status,
        {%- for attribute in var('scored_attributes') %}
            coalesce(facts.{{ attribute }}, typed.{{ attribute }}) as {{ attribute }},
        {%- endfor %}
        coalesce(status_changes.changed_at, facts.updated_at, survivors.created_at) as status_since
    from survivors
    left join facts on survivors.survivor_id = facts.record_id
    left join typed on survivors.survivor_id = typed.survivor_id and typed.lead_rank = 1
    left join accounts on facts.account_id = accounts.account_id
    left join status_changes on facts.record_id = status_changes.record_id and facts.status = status_changes.status

),

salesforce_leads as (

    select
        joined.lead_id,
        joined.created_at,
        joined.updated_at,
        joined.email,
        joined.company_name,
        joined.employee_count,
        coalesce(industries.decision, joined.industry) as industry,
        joined.job_title,
        joined.region,
        segments.decision as segment,
        case when statuses.decision is not null then joined.status_since end as disqualified_at,
        {%- for attribute in var('scored_attributes') %}
            joined.{{ attribute }},
        {%- endfor %}
        statuses.decision as disqualified_reason
    from joined
    left join decisions as industries on joined.industry = industries.code and industries.kind = 'industry'
    left join decisions as segments on joined.account_type = segments.code and segments.kind = 'segment'
    left join decisions as statuses on joined.status = statuses.code and statuses.kind = 'disqualified'

)

select * from salesforce_leads
