with

lead as (

    {{ source_table('salesforce', 'lead', var('scored_attributes')) }}

),

contact as (

    {{ source_table('salesforce', 'contact', var('scored_attributes')) }}

),

both_objects as (

    select
        'lead' as crm_object,
        id as record_id,
        case
            when coalesce(is_deleted, false) then master_record_id
            when coalesce(is_converted, false) then converted_contact_id
        end as moved_to_id,
        created_date as created_at,
        last_modified_date as updated_at,
        cast(null as {{ dbt.type_string() }}) as account_id,
        email,
        company as company_name,
        number_of_employees as employee_count,
        industry,
        title as job_title,
        coalesce(state, country) as region,
        case when not coalesce(is_converted, false) then status end as status,
        {%- for attribute in var('scored_attributes') %}
            {{ attribute }},
        {%- endfor %}
        coalesce(is_deleted, false) as is_deleted
    from lead
    union all
    select
        'contact' as crm_object,
        id as record_id,
        case when coalesce(is_deleted, false) then master_record_id end as moved_to_id,
        created_date as created_at,
        last_modified_date as updated_at,
        account_id,
        email,
        cast(null as {{ dbt.type_string() }}) as company_name,
        cast(null as {{ dbt.type_bigint() }}) as employee_count,
        cast(null as {{ dbt.type_string() }}) as industry,
        title as job_title,
        coalesce(mailing_state, mailing_country) as region,
        cast(null as {{ dbt.type_string() }}) as status,
        {%- for attribute in var('scored_attributes') %}
            {{ attribute }},
        {%- endfor %}
        coalesce(is_deleted, false) as is_deleted
    from contact

),

ranked as (

    select
        *,
        row_number() over (
            partition by record_id
            order by updated_at desc nulls last, case when is_deleted then 0 else 1 end, created_at, email
        ) as version_rank
    from both_objects
    where record_id is not null

),

salesforce_facts as (

    select
        crm_object,
        record_id,
        moved_to_id,
        created_at,
        updated_at,
        account_id,
        email,
        company_name,
        employee_count,
        industry,
        job_title,
        region,
        status,
        {%- for attribute in var('scored_attributes') %}
            {{ attribute }},
        {%- endfor %}
        is_deleted
    from ranked
    where version_rank = 1

)

select * from salesforce_facts
