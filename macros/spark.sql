{# Apache Spark. A timestamp is an instant there, and reads as UTC because the session's zone is UTC. #}

{% macro spark__utc_to_local(utc_timestamp, zone) -%}
    from_utc_timestamp({{ utc_timestamp }}, '{{ zone }}')
{%- endmacro %}


{% macro spark__in_standard_time(local_timestamp, zone) -%}
    to_utc_timestamp({{ local_timestamp }}, '{{ zone }}')
{%- endmacro %}


{# dbt-spark's own dateadd drops fractions of a second. #}
{% macro spark__move_timestamp(timestamp, unit, number) -%}
    {%- set lengths = {'day': 86400000000, 'hour': 3600000000, 'microsecond': 1} -%}
    {%- if unit == 'month' -%}
        (cast({{ timestamp }} as timestamp) + make_ym_interval(0, {{ number }}))
    {%- else -%}
        timestamp_micros(unix_micros(cast({{ timestamp }} as timestamp)) + ({{ number }}) * cast({{ lengths[unit] }} as bigint))
    {%- endif -%}
{%- endmacro %}


{% macro spark__add_seconds(timestamp, seconds) -%}
    timestamp_micros(unix_micros(cast({{ timestamp }} as timestamp)) + {{ microseconds(seconds) }})
{%- endmacro %}


{% macro spark__elapsed_microseconds(from_timestamp, to_timestamp) -%}
    (unix_micros(cast({{ to_timestamp }} as timestamp)) - unix_micros(cast({{ from_timestamp }} as timestamp)))
{%- endmacro %}


{% macro spark__elapsed_days(from_timestamp, to_timestamp) -%}
    cast({{ spark__elapsed_microseconds(from_timestamp, to_timestamp) }} div 86400000000 as int)
{%- endmacro %}


{# A regular expression of Java takes minutes for a million texts. #}
{% macro spark__strip(text) -%}
    trim(both '{{ white_space() }}' from {{ text }})
{%- endmacro %}


{# `$` would stand before a last line end too. #}
{% macro spark__has_form(text, pattern) -%}
    ({{ text }} rlike '^(?:{{ pattern }})(?s:(?!.))')
{%- endmacro %}


{# An offset counts only behind seconds. #}
{% macro spark__text_to_utc(text) -%}
    {%- set plain = 'cast(' ~ text ~ ' as timestamp)' -%}
    {%- set close = "replace(replace(" ~ text ~ ", ' +', '+'), ' -', '-')" -%}
    case
        when length({{ text }}) = 10 then {{ local_to_utc(plain) }}
        when {{ has_form(text, '.*:[0-9.]+ ?[+-][0-9:]+') }}
            then cast(
                case
                    when substring({{ close }}, 17, 1) in ('+', '-')
                        then substring({{ close }}, 1, 16) || ':00' || substring({{ close }}, 17)
                    else {{ close }}
                end as timestamp
            )
        when {{ has_form(text, '.*(Z|UTC|GMT)') }}
            then cast(trim(replace(replace(replace({{ text }}, 'UTC', ''), 'GMT', ''), 'Z', '')) as timestamp)
        else {{ raw_to_utc(plain) }}
    end
{%- endmacro %}


{# The type is known while planning, so that a typed column does not take the way over text. #}
{% macro spark__parse_timestamp(column) -%}
    case
        when typeof({{ column }}) = 'timestamp' then try_cast({{ column }} as timestamp)
        when typeof({{ column }}) = 'timestamp_ntz' then {{ raw_to_utc('try_cast(' ~ column ~ ' as timestamp)') }}
        when typeof({{ column }}) = 'date' then {{ local_to_utc('try_cast(' ~ column ~ ' as timestamp)') }}
        else {{ default__parse_timestamp(column) }}
    end
{%- endmacro %}


{% macro spark__is_date(column) -%}
    (typeof({{ column }}) = 'date' and {{ column }} is not null)
{%- endmacro %}


{% macro spark__is_text(column) -%}
    (typeof({{ column }}) = 'string')
{%- endmacro %}


{% macro spark__is_given(column) -%}
    case
        when typeof({{ column }}) <> 'string' then {{ column }} is not null
        else {{ default__is_given(column) }}
    end
{%- endmacro %}


{# Spark writes 12000000.0 as 1.2E7. #}
{% macro spark__to_text(value) -%}
    coalesce(
        case
            when typeof({{ value }}) in ('double', 'float') then {{ plain_number('cast(' ~ value ~ ' as string)') }}
        end,
        cast({{ value }} as string)
    )
{%- endmacro %}


{# Between quotes a backslash and a quote have a backslash before them. #}
{% macro spark__text_literal(text) -%}
    '{{ text | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}


{# dbt-spark's own listagg has no order. #}
{% macro spark__joined_text(text, delimiter, order) -%}
    array_join(
        transform(
            array_sort(collect_list(struct(
                {%- for key in order %}{{ key }} as key_{{ loop.index }}, {% endfor %}{{ text }} as joined))),
            entry -> entry.joined
        ),
        '{{ delimiter }}'
    )
{%- endmacro %}


{% macro spark__type_double() -%}
    double
{%- endmacro %}


{% macro spark__add_text_column(relation, name) -%}
    {%- if execute and not has_column(relation, name) -%}
        alter table {{ relation }} add columns ({{ name }} string)
    {%- endif -%}
{%- endmacro %}


{# A session keeps in mind which files a table had, also after others have replaced them. #}
{% macro spark__look_at_tables_anew(tables) %}
    {%- for table in tables -%}
        {%- set relation = located(table) -%}
        {%- do run_query('refresh table ' ~ relation) if relation -%}
    {%- endfor -%}
{% endmacro %}


{# Times would be read and shown in another zone than they are meant in; the other formats cannot delete a row. #}
{% macro spark__check_engine() %}
    {%- set formats = ['iceberg', 'delta'] -%}
    {%- set format = env_var('LEAD_SCORING_SPARK_FORMAT', 'iceberg') -%}
    {%- if format not in formats -%}
        {{ exceptions.raise_compiler_error(
            "LEAD_SCORING_SPARK_FORMAT is '" ~ format ~ "', whose tables cannot forget a single row as the records of erased "
            ~ "people must. Set it to iceberg or delta.") }}
    {%- endif -%}
    {%- set zone = run_query('select current_timezone()').rows[0][0] -%}
    {%- if zone not in ['UTC', 'Etc/UTC', 'Z', 'GMT', '+00:00'] -%}
        {{ exceptions.raise_compiler_error(
            "The time zone of the Spark session is " ~ zone ~ ", and all times of this project are UTC. Set "
            ~ "spark.sql.session.timeZone to UTC in server_side_parameters of the profile or in the session.") }}
    {%- endif -%}
    {%- for month in [1, 7] if modules.datetime.datetime(2026, month, 1).astimezone().utcoffset() -%}
        {{ exceptions.raise_compiler_error(
            "This process is in the time zone " ~ modules.datetime.datetime.now().astimezone().tzname() ~ ", and Spark gives it "
            ~ "times in that zone. Set the environment variable TZ to UTC.") }}
    {%- endfor -%}
{% endmacro %}


{# dbt-spark binds null as the text None, and a quote ends the value (dbt-adapters, issue 487). #}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model.config.get('column_types', {}) -%}
    {%- for rows in agate_table.rows | batch(1000) -%}
        {%- set lines = [] -%}
        {%- for row in rows -%}
            {%- set cells = [] -%}
            {%- for column in agate_table.column_names -%}
                {%- set cell = 'null' if row[loop.index0] is none else spark__text_literal(row[loop.index0] | string) -%}
                {%- set type = types.get(column) or adapter.convert_type(agate_table, loop.index0) -%}
                {%- do cells.append('cast(' ~ cell ~ ' as ' ~ spark_type(type) ~ ')') -%}
            {%- endfor -%}
            {%- do lines.append('(' ~ cells | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- do adapter.add_query('insert into ' ~ this ~ ' values ' ~ lines | join(', '), abridge_sql_log=True) -%}
    {%- endfor -%}
    {{- return('') -}}
{% endmacro %}


{# dbt-spark takes the types of a seed as they are written, and Spark knows no varchar without a length. #}
{% macro spark__create_csv_table(model, agate_table) %}
    {%- set types = model.config.get('column_types', {}) -%}
    {%- set columns = [] -%}
    {%- for column in agate_table.column_names -%}
        {%- set type = types.get(column) or adapter.convert_type(agate_table, loop.index0) -%}
        {%- do columns.append(adapter.quote(column) ~ ' ' ~ spark_type(type)) -%}
    {%- endfor -%}
    {%- set sql = 'create table ' ~ this ~ ' (' ~ columns | join(', ') ~ ') ' ~ file_format_clause() -%}
    {%- call statement('create_csv_table') -%}{{ sql }}{%- endcall -%}
    {{- return(sql) -}}
{% endmacro %}

{% macro spark_type(type) %}
    {{- return('string' if type == 'varchar' else type) -}}
{% endmacro %}


{% macro spark__json_text(json, path) -%}
    get_json_object({{ json }}, {{ json_path(path) }})
{%- endmacro %}
