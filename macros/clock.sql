{# The clock that everything else was built with, UTC: a build of some models cannot give old numbers a new time. #}
{% macro as_of() -%}
    (select as_of from {{ ref('scoring_clock') }})
{%- endmacro %}


{# The clock of this run: `as_of` if given, else the bundled sample's own date while the sample is what is
   scored, else the start of the run. UTC, as a timestamp literal. #}
{% macro clock_of_run() -%}
    {%- set given = var('as_of', none) or var('sample_as_of') -%}
    {%- if is_clock_of_run_start() -%}
        {%- set moment = run_started_at.replace(tzinfo=none) -%}
    {%- elif modules.re.fullmatch(timestamp_pattern(), given | string) -%}
        {%- set moment = modules.datetime.datetime.fromisoformat(given | string | replace(' UTC', 'Z')) -%}
        {%- if moment.tzinfo -%}
            {%- set moment = (moment - moment.utcoffset()).replace(tzinfo=none) -%}
        {%- endif -%}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "as_of is '" ~ given ~ "', which is no time. Write it as "
            ~ "--vars '{as_of: \"2026-01-31 00:00:00\"}' (UTC).") }}
    {%- endif -%}
    cast('{{ moment.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}


{% macro is_clock_of_run_start() -%}
    {{- return(not var('as_of', none) and not reads_sample()) -}}
{%- endmacro %}


{# The calendar date on which a UTC time falls in `var('timezone')`. #}
{% macro local_date(utc_timestamp) -%}
    cast({{ utc_to_local(utc_timestamp) }} as date)
{%- endmacro %}


{# The first day of the calendar month in which a UTC time falls in `var('timezone')`. #}
{% macro local_month(utc_timestamp) -%}
    cast({{ dbt.date_trunc('month', utc_to_local(utc_timestamp)) }} as date)
{%- endmacro %}


{# The calendar date 92 days before the clock: as long as the longest quarter, so that a quarterly
   review is never late. #}
{% macro three_months_ago() -%}
    cast({{ add_days(local_date(as_of()), -92) }} as date)
{%- endmacro %}


{# Before anything runs: a build of some models with another clock than that of the tables they read would mix two
   times, so it is refused in one sentence. #}
{% macro check_clock() %}
    {%- set clock = graph.nodes.get('model.lead_scoring.scoring_clock') if execute and flags.WHICH in ('build', 'run') -%}
    {%- if clock -%}{%- do clock_of_run() -%}{%- endif -%}  {#- a mistyped as_of is told at once -#}
    {%- set built = adapter.get_relation(clock.database, clock.schema, clock.alias) if clock -%}
    {%- set is_moved = clock and clock.unique_id in selected_resources -%}
    {%- if built and (is_moved and tables_left_behind() or not is_moved and var('as_of', none)) -%}
        {%- set other = run_query('select as_of from ' ~ built ~ ' where as_of <> ' ~ clock_of_run()).rows -%}
        {%- if other -%}
            {{ exceptions.raise_compiler_error(
                "The tables were built as of " ~ other[0][0] ~ ", and this command builds only some of them as of another "
                ~ "time. Type `dbt build` without a selection, or leave scoring_clock and as_of out.") }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{# Tables that follow the clock and are not built by this command. #}
{% macro tables_left_behind() %}
    {%- set left = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized != 'view'
        and 'model.lead_scoring.scoring_clock' in node.depends_on.nodes and node.unique_id not in selected_resources -%}
        {%- if adapter.get_relation(node.database, node.schema, node.alias) -%}{%- do left.append(node.name) -%}{%- endif -%}
    {%- endfor -%}
    {{- return(left) -}}
{% endmacro %}
