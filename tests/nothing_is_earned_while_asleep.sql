-- Covers opens by mail scanners too: a passive event neither earns nor wakes outside an episode.
select ledger.*
from {{ ref('score_ledger') }} as ledger
where
    ledger.axis = 'behavior'
    and ledger.entry_type = 'award'
    and not exists (
        select 1 from {{ ref('engagement_episodes') }} as episodes
        where
            episodes.lead_id = ledger.lead_id
            and episodes.episode = ledger.episode
            and episodes.started_at <= ledger.effective_at
            and (episodes.reset_at is null or ledger.effective_at < episodes.reset_at)
    )
