-- One switch per lead and tier with a deadline: on at first, off after a hand-off, on again as soon as something
-- arms it. An entry that opens nothing leaves it as it was, so only what happened since the entry before counts.
with

entries as (

    select * from {{ ref('handoff_entries') }}

),

armings as (

    select * from {{ ref('handoff_armings') }}

),

history as (

    select * from {{ ref('score_history') }}

),

moments as (

    select
        lead_id,
        tier,
        armed_at as moment_at,
        precedence,
        reason,
        cast(null as {{ dbt.type_timestamp() }}) as entered_at
    from armings
    union all
    select
        lead_id,
        tier,
        known_at as moment_at,
        3 as precedence,
        cast(null as {{ dbt.type_string() }}) as reason,
        entered_at
    from entries

),

counted as (

    select
        *,
        count(reason) over (
            partition by lead_id, tier order by moment_at, precedence, entered_at
            rows between unbounded preceding and current row
        ) as times_armed
    from moments

),

compared as (

    select
        *,
        lag(times_armed) over (partition by lead_id, tier order by moment_at) as times_armed_before
    from counted
    where entered_at is not null

),

first_armings as (

    select
        lead_id,
        tier,
        times_armed,
        moment_at as armed_at,
        reason
    from counted
    where reason is not null

),

handoff_openings as (

    select
        {{ dbt.hash(
            "cast(compared.moment_at as " ~ dbt.type_string() ~ ") || '|' || compared.tier || '|' || compared.lead_id"
        ) }} as handoff_id,
        compared.lead_id,
        compared.tier,
        compared.entered_at,
        compared.moment_at as handed_off_at,
        history.total_score,
        history.attribute_score,
        history.behavior_score,
        history.recency_score,
        first_armings.armed_at as rearmed_at,
        first_armings.reason as rearm_reason,
        lead(compared.moment_at) over (
            partition by compared.lead_id order by compared.moment_at
        ) as next_handed_off_at
    from compared
    inner join history
        on
            compared.lead_id = history.lead_id
            and compared.moment_at >= history.valid_from
            and (history.valid_to is null or compared.moment_at < history.valid_to)
    left join first_armings
        on
            compared.lead_id = first_armings.lead_id
            and compared.tier = first_armings.tier
            and compared.times_armed + 1 = first_armings.times_armed
    where compared.times_armed > coalesce(compared.times_armed_before, -1)

)

select * from handoff_openings
