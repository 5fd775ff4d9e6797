-- Since when an instance cannot go on by itself; none when it can.
alter table instance add column stuck_at bigint;
create index instance_stuck on instance (stuck_at) where stuck_at is not null;

-- What an open task is held for, as JSON, when it goes on to whoever holds that next: a role,
-- or being somebody's head.
alter table task add column via text;
create index task_via on task (via) where state = 'open' and via is not null;
