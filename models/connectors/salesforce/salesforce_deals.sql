with

opportunity as (

    {{ source_table('salesforce', 'opportunity') }}

),

salesforce_deals as (

    select
        id as deal_id,
        coalesce(type, '(none)') as pipeline_id,
        stage_name as stage_id,
        coalesce(is_closed, false) as is_closed,
        coalesce(is_closed, false) and coalesce(is_won, false) as is_won,
        amount,
        created_date as created_at,
        {{ start_of_day('close_date') }} as close_expected_at,
        last_modified_date as updated_at
    from opportunity
    where not coalesce(is_deleted, false)

)

select * from salesforce_deals
