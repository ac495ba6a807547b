with

contact as (

    {{ source_table('hubspot', 'contact', var('scored_attributes')) }}

),

ranked as (

    select
        *,
        coalesce(_fivetran_deleted, false) or coalesce(archived, false) as is_deleted,
        row_number() over (
            partition by id
            order by
                property_lastmodifieddate desc nulls last,
                case when coalesce(_fivetran_deleted, archived, false) then 0 else 1 end,
                property_createdate, property_email
        ) as version_rank
    from contact
    where id is not null

),

hubspot_contacts as (

    select
        id as contact_id,
        property_createdate as created_at,
        property_lastmodifieddate as updated_at,
        property_email as email,
        property_hs_additional_emails as further_addresses,
        coalesce(property_hs_merged_object_ids, property_hs_calculated_merged_vids) as merged_ids,
        property_jobtitle as job_title,
        property_company as company_name,
        property_associatedcompanyid as company_id,
        {#- a band such as 25-50 counts as its lower end -#}
        {{ parse_integer("replace(" ~ nth_part('property_numemployees', '-', 1) ~ ", '+', '')") }} as employee_count,
        property_industry as industry,
        coalesce(property_state, property_country) as region,
        property_hs_persona as persona,
        property_hs_lead_status as lead_status,
        {%- for attribute in var('scored_attributes') %}
            {{ attribute }},
        {%- endfor %}
        is_deleted
    from ranked
    where version_rank = 1

)

select * from hubspot_contacts
