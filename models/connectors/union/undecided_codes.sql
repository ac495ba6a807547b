{%- set is_listed = is_like('lower(codes.code)', 'rule_alternatives.pattern') -%}
with

codes as (

    select * from {{ ref('connected_codes') }}

),

decisions as (

    select * from {{ ref('mapping_decisions') }}

),

rule_alternatives as (

    select * from {{ ref('rule_alternatives') }}

),

-- a word that a rule names as it stands needs no decision
undecided_codes as (

    select
        codes.connector,
        codes.mapping,
        codes.kind,
        codes.code,
        codes.label,
        codes.row_count
    from codes
    left join decisions
        on
            codes.connector = decisions.connector
            and codes.mapping = decisions.mapping
            and codes.kind = decisions.kind
            and codes.code = decisions.code
    where
        decisions.code is null
        and not exists (
            select 1
            from rule_alternatives
            where rule_alternatives.attribute = codes.kind and {{ is_listed }}
        )

)

select * from undecided_codes
