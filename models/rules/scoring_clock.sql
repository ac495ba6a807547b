with

scoring_clock as (

    select
        {{ clock_of_run() }} as as_of,
        {{ 'true' if is_clock_of_run_start() else 'false' }} as is_run_start,
        {{ 'true' if reads_sample() else 'false' }} as is_bundled_sample

)

select * from scoring_clock
