with

source as (

    {{ raw_rows('leads') }}

),

parsed as (

    select
        {{ verbatim_text('lead_id') }} as lead_id,
        {{ parse_timestamp('created_at') }} as created_at,
        {{ parse_timestamp('updated_at') }} as updated_at,
        {{ clean_text('email') }} as email,
        {{ clean_text('company_name') }} as company_name,
        {{ parse_integer('employee_count') }} as employee_count,
        {{ clean_text('industry') }} as industry,
        {{ clean_text('job_title') }} as job_title,
        {{ clean_text('region') }} as region,
        {{ clean_text('segment') }} as segment,
        {{ parse_timestamp('disqualified_at') }} as disqualified_at,
        {{ clean_text('disqualified_reason') }} as disqualified_reason,
        {%- for attribute in scored_attributes() %}
            {{ clean_text(attribute) }} as {{ attribute }},
        {%- endfor %}
        {{ is_given('created_at') }} as has_created_at,
        {{ unparsable('updated_at', parse_timestamp('updated_at')) }}
        || {{ unparsable('employee_count', parse_integer('employee_count')) }}
        || {{ unparsable('disqualified_at', parse_timestamp('disqualified_at')) }} as field_problems,
        {{ raw_columns('leads') }}
    from source

),

base_leads as (

    select
        *,
        case
            when lead_id is null then 'missing_lead_id'
            when not has_created_at then 'missing_created_at'
            when created_at is null then 'unparsable_created_at'
            when {{ is_impossible_time('created_at') }} then 'impossible_created_at'
            when {{ is_impossible_time('updated_at') }} then 'impossible_updated_at'
            when employee_count < 0 then 'impossible_employee_count'
            when {{ is_impossible_time('disqualified_at') }} then 'impossible_disqualified_at'
        end as rejection_reason
    from parsed

)

select * from base_leads
