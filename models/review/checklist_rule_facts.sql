with

rule_facts as (

    select
        sum(case when rule_kind = 'attribute_rules' then 1 else 0 end) as attribute_rules,
        sum(case when rule_kind = 'behavior_rules' then 1 else 0 end) as behavior_rules,
        sum(case when rule_kind = 'disqualification_rules' then 1 else 0 end) as disqualification_rules
    from {{ ref('rule_book') }}

),

reset_facts as (

    select count(*) as reset_rules from {{ ref('reset_rules') }}
    where action = 'reset'

),

tier_facts as (

    select
        count(*) as handoff_tiers,
        sum(case when action is null or description is null then 1 else 0 end) as vague_handoff_tiers,
        max(sla_hours) as longest_sla_hours
    from {{ ref('tiers') }}
    where sla_hours is not null

),

lead_facts as (

    select
        count(*) as leads,
        sum(case when attribute_score <> 0 then 1 else 0 end) as leads_with_attribute_points,
        sum(
            case
                when
                    behavior_score > 0
                    and {{ local_date('coalesce(last_activity_at, created_at)') }} < {{ three_months_ago() }}
                    then 1
                else 0
            end
        ) as inactive_leads_with_points
    from {{ ref('lead_mart') }}

),

history_facts as (

    select
        {{ local_date('min(changed_at)') }} as recorded_since,
        {{ local_date('max(changed_at)') }} as rules_changed_on,
        sum(case when change_type <> 'added' then 1 else 0 end) as rules_changed
    from {{ ref('rule_book_history') }}
    where changed_at <= {{ as_of() }}

),

checklist_rule_facts as (

    select
        history_facts.recorded_since,
        history_facts.rules_changed_on,
        cast(coalesce(history_facts.rules_changed, 0) as {{ dbt.type_int() }}) as rules_changed,
        cast(coalesce(rule_facts.attribute_rules, 0) as {{ dbt.type_int() }}) as attribute_rules,
        cast(coalesce(rule_facts.behavior_rules, 0) as {{ dbt.type_int() }}) as behavior_rules,
        cast(coalesce(rule_facts.disqualification_rules, 0) as {{ dbt.type_int() }}) as disqualification_rules,
        cast(reset_facts.reset_rules as {{ dbt.type_int() }}) as reset_rules,
        cast(tier_facts.handoff_tiers as {{ dbt.type_int() }}) as handoff_tiers,
        cast(coalesce(tier_facts.vague_handoff_tiers, 0) as {{ dbt.type_int() }}) as vague_handoff_tiers,
        cast(tier_facts.longest_sla_hours as numeric(18, 6)) as longest_sla_hours,
        cast(lead_facts.leads as {{ dbt.type_int() }}) as leads,
        cast(coalesce(lead_facts.leads_with_attribute_points, 0) as {{ dbt.type_int() }})
            as leads_with_attribute_points,
        cast(coalesce(lead_facts.inactive_leads_with_points, 0) as {{ dbt.type_int() }})
            as inactive_leads_with_points
    from history_facts
    cross join rule_facts
    cross join reset_facts
    cross join tier_facts
    cross join lead_facts

)

select * from checklist_rule_facts
