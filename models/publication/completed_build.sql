-- It comes after everything, so that dbt leaves it out if anything before it failed:
{%- for last in [
    ref('handoff_queue'), ref('lead_score_reasons'), ref('published_scores'), ref('reset_review'), ref('row_accounting'),
    ref('rule_book_periods'), ref('rule_candidates'), ref('rule_meaning_problems'), ref('rule_review'),
    ref('rule_use_problems'), ref('score_calibration'), ref('score_validation'), ref('scoring_checklist')
] + ([ref('person_records'), ref('undecided_code_problems'), ref('mapping_problems')] if connectors() else []) %}
-- {{ last }}
{%- endfor %}
with

scoring_clock as (

    select * from {{ ref('scoring_clock') }}

),

rules_version as (

    select * from {{ ref('rules_version') }}

),

completed_build as (

    select
        '{{ invocation_id }}' as build_id,
        {{ run_start() }} as built_at,
        scoring_clock.as_of,
        rules_version.rules_version,
        {{ 'true' if is_whole_build() else 'false' }} as is_whole
    from scoring_clock
    cross join rules_version

)

select * from completed_build
