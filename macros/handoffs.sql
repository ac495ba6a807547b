{# Text that people outside the firm typed, as one short line: no control, bidirectional or line-break characters,
   and at most 60 characters, so that it cannot break or bend the task that it is part of. #}
{% macro one_line(text) -%}
    {%- set removed = [] -%}
    {%- for first, last in [(1, 31), (127, 159), (8206, 8207), (8232, 8238), (8294, 8297), (1564, 1564)] -%}
        {%- for code in range(first, last + 1) -%}{%- do removed.append('%c' % code) -%}{%- endfor -%}
    {%- endfor -%}
    {%- set breaks = '\t\n\x0b\x0c\r\x85\u2028\u2029' -%}
    substring(
        translate(translate({{ text }}, {{ text_literal(breaks) }}, '{{ ' ' * breaks | length }}'), {{ text_literal(removed | join) }}, ''), 1, 60
    )
{%- endmacro %}
