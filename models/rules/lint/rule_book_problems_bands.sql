with

lines as (

    {{ rule_lines('attribute_rules') }}

),

bands as (

    select
        rule_id,
        lower({{ clean_text('attribute') }}) as attribute,
        min_value,
        max_value,
        file,
        line,
        row_number() over (order by coalesce(min_value, -999999999999999), line, rule_id) as band_number
    from lines
    where
        not {{ is_given('value') }}
        and (min_value is not null or max_value is not null)
        and coalesce(min_value < max_value, true)

),

shared_bands as (

    select
        later.file,
        later.line,
        later.rule_id,
        later.attribute,
        earlier.rule_id as other_rule_id,
        earlier.line as other_line,
        {{ greatest_of('earlier.min_value', 'later.min_value') }} as shared_from,
        {{ least_of('earlier.max_value', 'later.max_value') }} as shared_below
    from bands as earlier
    inner join bands as later
        on earlier.attribute = later.attribute and earlier.band_number < later.band_number
    -- the later one begins no sooner, so it always ends beyond where the earlier one begins
    where earlier.max_value is null or later.min_value is null or later.min_value < earlier.max_value

),

-- bands end one after the other: beyond the furthest end so far begins the gap
ends as (

    select
        *,
        max(coalesce(max_value, 999999999999999)) over (
            partition by attribute order by band_number rows between unbounded preceding and 1 preceding
        ) as covered_below
    from bands

),

rule_book_problems_bands as (

    {{ rule_problem(
        'error', 'shared_bands', 'shared_from is not null and shared_below is not null',
        'its band of {attribute} and that of {other_rule_id} (line {other_line:n}) share the numbers from'
        ~ ' {shared_from:n} up to {shared_below:n}',
        'Let one band begin where the other ends; max_value itself is not in the band',
    ) }}
    union all
    {{ rule_problem(
        'error', 'shared_bands', 'shared_from is null or shared_below is null',
        'its band of {attribute} and that of {other_rule_id} (line {other_line:n}) overlap without end',
        'Fill min_value and max_value so that one band begins where the other ends',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'ends', 'min_value > covered_below',
        '{attribute} from {covered_below:n} up to, not including, {min_value:n} is in no band and earns nothing',
        'Lower min_value to {covered_below:n} if that is not meant',
    ) }}

)

select * from rule_book_problems_bands
