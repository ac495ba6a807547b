{# What the checks of the rule book share: where a rule stands, and how a problem is said. #}

{# The rows of a rule file with their place in it. A spreadsheet numbers them alike; so does a
   text editor, unless a cell holds a line break. #}
{% macro rule_lines(seed) -%}
    select
        *,
        {{ 'tier as rule_id,' if seed == 'tiers' }}
        'seeds/rules/{{ seed }}.csv' as file,
        {{ seed_line() }} as line
    from {{ ref(seed).render() }}
{%- endmacro %}


{# One problem for each of the lines that meet the condition. In the sentence, `{column}` stands
   for a text and `{column:n}` for a number. #}
{% macro rule_problem(severity, lines, condition, problem, remedy) -%}
    select
        '{{ severity }}' as severity,
        file,
        line,
        rule_id,
        {{ filled_sentence(problem) }} as problem,
        {{ filled_sentence(remedy) }} as remedy
    from {{ lines }}
    where {{ condition }}
{%- endmacro %}


{# True for a text with a sign that a Japanese keyboard writes and that means nothing special in a rule. #}
{% macro has_wide_sign(column) -%}
    {%- for sign in ['｜', '％', '、', '*'] -%}
        coalesce({{ place_in("'" ~ sign ~ "'", column) }}, 0) > 0 {{ 'or ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{% macro filled_sentence(sentence) -%}
    {%- set parts = [] -%}
    {%- for part in modules.re.split('([{][a-z_:]+[}])', sentence) if part -%}
        {%- if part.startswith('{') and part.endswith(':n}') -%}
            {%- set decimal = 'cast(' ~ part[1:-3] ~ ' as numeric(28, 6))' -%}
            {%- do parts.append("coalesce(" ~ plain_number(decimal) ~ ", '?')") -%}
        {%- elif part.startswith('{') -%}
            {%- do parts.append("coalesce(" ~ part[1:-1] ~ ", '')") -%}
        {%- else -%}
            {%- do parts.append(text_literal(part)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ parts | join(' || ') }}
{%- endmacro %}


{# `seeds/rules/tiers.csv line 3, rule hot: what is wrong. What to do.` #}
{% macro problem_sentence(row) -%}
    {{- row['file'] ~ (' line ' ~ row['line'] if row['line'] else '') ~ (', rule ' ~ row['rule_id'] if row['rule_id'] else '')
        ~ ': ' ~ row['problem'] ~ '. ' ~ row['remedy'] ~ '.' -}}
{%- endmacro %}


{# After the run: the rows of the tests that speak in sentences and failed or warned.
   `print`, so that they are seen under `--quiet` too. #}
{% macro say_problems(results) %}
    {%- set red = results | selectattr('node.package_name', 'equalto', 'lead_scoring')
        | selectattr('node.name', 'in', speaking_tests()) | selectattr('status', 'in', ['fail', 'warn']) -%}
    {%- for result in red | sort(attribute='status,node.name') -%}
        {%- for row in run_query('select * from (' ~ result.node.compiled_code ~ ') as problems order by file, line') -%}
            {%- do print(('ERROR ' if result.status == 'fail' else 'WARNING ') ~ problem_sentence(row)) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}


{% macro speaking_tests() %}
    {{- return([
        'rule_book_has_no_errors', 'rule_book_has_no_warnings', 'rule_book_fits_the_data',
        'every_event_type_has_a_decision', 'most_raw_rows_are_used', 'most_values_are_read',
        'no_row_lies_after_the_clock', 'sales_records_what_it_does',
        'mapping_has_no_errors', 'every_code_has_a_decision',
    ]) -}}
{% endmacro %}
