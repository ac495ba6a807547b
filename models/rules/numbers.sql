with

numbers as (

    select cast(generated_number as {{ dbt.type_int() }}) as number
    from ({{ dbt.generate_series(1000) }}) as series

)

select * from numbers
