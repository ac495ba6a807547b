-- At its reset an episode's behavior entries sum to 0, nothing is dated later, and its recency
-- intervals are closed; so old points cannot come back.
select
    ledger.lead_id,
    ledger.axis,
    ledger.episode,
    sum(ledger.points) as points_left,
    max(ledger.effective_at) as last_entry_at
from {{ ref('score_ledger') }} as ledger
left join {{ ref('engagement_episodes') }} as episodes
    on ledger.lead_id = episodes.lead_id and ledger.episode = episodes.episode
where ledger.axis <> 'attribute'
group by ledger.lead_id, ledger.axis, ledger.episode, episodes.reset_at, episodes.lead_id
having
    episodes.lead_id is null
    or (episodes.reset_at is not null and sum(ledger.points) <> 0)
    or max(ledger.effective_at) > episodes.reset_at
