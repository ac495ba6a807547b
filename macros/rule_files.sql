{# Before seeds load, on the embedded engine: what a spreadsheet did to the csv files people edit,
   a sentence each. Left to DuckDB some would be loaded: 7.5 in a column of whole numbers as 8. #}
{% macro check_rule_files() %}
    {%- if execute and target.type == 'duckdb' and flags.WHICH in ('build', 'seed') -%}
        {%- set problems = [] -%}
        {%- for seed in edited_seeds() -%}
            {%- set text = file_text(seed) -%}
            {%- set header = file_header(text) -%}
            {%- do problems.extend(
                line_end_problems(seed, text) or header_problems(seed, header)
                or shape_problems(seed, header) or cell_problems(seed, header)
            ) -%}
        {%- endfor -%}
        {%- for problem in problems -%}{%- do print('ERROR ' ~ problem) -%}{%- endfor -%}
        {%- if problems -%}
            {{ exceptions.raise_compiler_error(
                'The rule files cannot be loaded as they are. The lines above that begin with ERROR say why.') }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{# Those of this run that people edit. #}
{% macro edited_seeds() %}
    {{- return(
        graph.nodes.values() | selectattr('unique_id', 'in', selected_resources)
        | selectattr('resource_type', 'equalto', 'seed') | selectattr('fqn.1', 'in', ['rules', 'governance', 'mapping'])
        | sort(attribute='original_file_path') | list
    ) -}}
{% endmacro %}


{% macro seed_path(seed) %}
    {{- return(literal_path(seed.root_path ~ '/' ~ seed.original_file_path)) -}}
{% endmacro %}


{% macro file_problem(seed, problem, remedy, line=none, rule_id=none) %}
    {{- return(problem_sentence({
        'file': seed.original_file_path, 'line': line, 'rule_id': rule_id, 'problem': problem, 'remedy': remedy,
    })) -}}
{% endmacro %}


{% macro file_text(seed) %}
    {{- return(
        run_query("select content from read_text('" ~ seed_path(seed) ~ "')").columns[0].values()[0].lstrip('\ufeff')
    ) -}}
{% endmacro %}


{# The first line that ends otherwise than the one before, as when two programs wrote to one file: DuckDB
   cannot read it. Within a quoted text any line end will do. #}
{% macro line_end_problems(seed, text) %}
    {%- set ends = modules.re.findall('\r\n|\n|\r', modules.re.sub('"[^"]*"', '', text)) -%}
    {%- set problems = [] -%}
    {%- for end in ends -%}
        {%- if end != ends[0] -%}
            {%- do problems.append(file_problem(
                seed, 'the line ends otherwise than the lines before (CR LF and LF)',
                'Save the whole file with one kind of line end', loop.index)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(problems[:1]) -}}
{% endmacro %}


{# The names in the first line. #}
{% macro file_header(text) %}
    {%- set names = [] -%}
    {%- for name in ((text.splitlines() or ['']) | first).split(',') -%}
        {%- do names.append(name.strip('"')) -%}
    {%- endfor -%}
    {{- return(names) -}}
{% endmacro %}


{% macro header_problems(seed, header) %}
    {%- set problems = [] -%}
    {%- set expected = seed.columns.keys() | join(', ') -%}
    {%- if not seed.columns -%}
        {%- do problems.append(file_problem(
            seed, 'no rule file has this name', 'Rename it, or move it out of seeds/' ~ seed.fqn[1])) -%}
    {%- elif header | length == 1 and modules.re.search('[;\t]', header[0]) -%}
        {%- do problems.append(file_problem(
            seed, 'the cells are not separated by commas', 'Save the file as "CSV UTF-8 (comma delimited)"')) -%}
    {%- else -%}
        {%- for name in header if name not in seed.columns or header.count(name) > 1 -%}
            {%- do problems.append(file_problem(
                seed, 'nothing reads the column "' ~ name ~ '", or it is there twice',
                'Delete or rename it; the columns are ' ~ expected, 1)) -%}
        {%- endfor -%}
        {%- for name, column in seed.columns.items() if name not in header and not column.meta.get('optional') -%}
            {%- do problems.append(file_problem(
                seed, 'the column ' ~ name ~ ' is missing', 'Write it into the first line; the columns are ' ~ expected, 1
            )) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(problems) -}}
{% endmacro %}


{# The file as a table of texts. #}
{% macro file_reader(seed, header, more='') %}
    {{- return(
        "read_csv('" ~ seed_path(seed) ~ "', header = true, auto_detect = false, delim = ',', quote = '\"', "
        ~ "escape = '\"', columns = {'" ~ header | join("': 'varchar', '") ~ "': 'varchar'}" ~ more ~ ')'
    ) -}}
{% endmacro %}


{# Lines with too many or too few cells, or with a double quote that is not closed. #}
{% macro shape_problems(seed, header) %}
    {%- set rejects = 'rejected_lines_of_' ~ seed.name -%}
    {%- do run_query('select count(*) from ' ~ file_reader(
        seed, header, ", store_rejects = true, rejects_table = '" ~ rejects ~ "', rejects_scan = '" ~ rejects ~ "_scan'")) -%}
    {%- set words = {
        'TOO MANY COLUMNS': ['too many', 'Put a text that holds a comma in double quotes, or delete the comma'],
        'MISSING COLUMNS': ['too few', 'Add the commas that are missing; a blank cell needs its comma too'],
    } -%}
    {%- set problems = [] -%}
    {%- for row in run_query('select distinct line, error_type from ' ~ rejects ~ ' order by line').rows -%}
        {%- if row[1] | string in words -%}
            {%- set number, remedy = words[row[1] | string] -%}
            {%- do problems.append(file_problem(
                seed, 'the line has ' ~ number ~ ' cells, not ' ~ header | length, remedy, row[0])) -%}
        {%- else -%}
            {%- do problems.append(file_problem(
                seed, 'a double quote is not closed', 'Write a double quote inside a text twice, the text in double quotes',
                row[0])) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(problems) -}}
{% endmacro %}


{# Cells that are not of their column's type, as the seed's yml declares it. #}
{% macro cell_problems(seed, header) %}
    {%- set queries = [] -%}
    {%- for name, declared in seed.config.column_types.items() if name in header -%}
        {%- set type = seed.columns[name].meta.get('form', declared) -%}
        {%- do queries.append(
            "select line, '" ~ name ~ "' as name, " ~ name ~ " as cell, '" ~ type ~ "' as type, "
            ~ (header[0] if header[0] in ('rule_id', 'tier') else 'null') ~ " as rule_id from lines where "
            ~ is_unreadable(name, type)
        ) if type != 'varchar' -%}
    {%- endfor -%}
    {%- set lines = 'with lines as (select *, row_number() over () + 1 as line from ' ~ file_reader(seed, header) ~ ') ' -%}
    {%- set problems = [] -%}
    {%- for row in (run_query(lines ~ queries | join(' union all ') ~ ' order by line').rows if queries else []) -%}
        {%- do problems.append(file_problem(
            seed, row[1] ~ ' is "' ~ row[2] ~ '"', cell_remedy(row[3]), row[0], row[4])) -%}
    {%- endfor -%}
    {{- return(problems) -}}
{% endmacro %}


{% macro is_unreadable(column, type) %}
    {%- if type == 'time_of_day' -%}
        {{- return(
            'not regexp_full_match(trim(' ~ column ~ "), '(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|24:00|')") -}}
    {%- endif -%}
    {%- set unreadable = 'try_cast(' ~ column ~ ' as ' ~ type ~ ') is null and ' ~ column ~ " <> ''" -%}
    {%- if type.startswith('numeric') -%}
        {%- set unreadable = unreadable ~ ' or regexp_matches(' ~ column ~ ", '[.][0-9]{6}[0-9]*[1-9]|_')" -%}
    {%- elif type == 'integer' -%}
        {%- set unreadable = unreadable ~ ' or not regexp_full_match(trim(' ~ column ~ "), '[+-]?[0-9]+|')" -%}
    {%- endif -%}
    {{- return(unreadable) -}}
{% endmacro %}


{% macro cell_remedy(type) %}
    {{- return({
        'integer': 'Write a whole number in half-width digits, such as 3',
        'numeric': 'Write half-width digits with at most six decimals, such as 30 or -7.5',
        'boolean': 'Write true or false',
        'date': 'Write a date such as 2026-01-31',
        'time_of_day': 'Write a time of day such as 09:00',
    }.get(type.split('(')[0], 'Write a ' ~ type)) -}}
{% endmacro %}
