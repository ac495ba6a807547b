{# True for a moment that belongs to a hand-off: from it until before the lead's next one, and known
   at the clock. #}
{% macro is_of_handoff(timestamp, handoffs) -%}
    {{ timestamp }} >= {{ handoffs }}.handed_off_at
    and {{ timestamp }} <= {{ as_of() }}
    and ({{ handoffs }}.next_handed_off_at is null or {{ timestamp }} < {{ handoffs }}.next_handed_off_at)
{%- endmacro %}
