{% macro check_rule_files() %}
{% endmacro %}
