with

account as (

    {{ source_table('salesforce', 'account') }}

),

links as (

    select
        'salesforce' as connector,
        id as record_id,
        max(master_record_id) as moved_to_id
    from account
    where coalesce(is_deleted, false) and master_record_id <> id
    group by id

),
{{ hops('links') }}
salesforce_accounts as (

    select
        accounts.id as account_id,
        max(survivors.name) as company_name,
        max(survivors.number_of_employees) as employee_count,
        max(survivors.industry) as industry,
        max(coalesce(survivors.billing_state, survivors.billing_country)) as region,
        max(survivors.type) as account_type
    from account as accounts
    left join hop_5 on accounts.id = hop_5.record_id
    inner join account as survivors on coalesce(hop_5.moved_to_id, accounts.id) = survivors.id
    where not coalesce(survivors.is_deleted, false)
    group by accounts.id

)

select * from salesforce_accounts
