-- Format numbers, principals and causes; readers of the event log; jobs; idempotency keys.
--
-- Nothing is taken away or renamed, and what is new has a default: a program of the version
-- before may run beside a newer one.

-- Events ---------------------------------------------------------------------------

alter table event
  -- 1 is what was written before there were format numbers.
  add column format bigint not null default 1,
  -- In whose name, as JSON, where that is not simply the member in `by_member`.
  add column principal text,
  -- The event that led to it, and how many stand before it in the chain of causes.
  add column cause bigint,
  add column depth bigint not null default 0;
-- The order in which readers see events: see `event_reader`.
create index event_order on event (transaction_id, id);

-- Where each reader of the event log stands: before (transaction_id, id) all has been read.
create table event_reader (
  name text primary key,
  transaction_id xid8 not null,
  event bigint not null,
  moved_at bigint not null
);

-- Documents ------------------------------------------------------------------------

alter table document_revision add column format bigint not null default 1;
alter table document_draft add column format bigint not null default 1;

-- Jobs -----------------------------------------------------------------------------

create table job (
  id text primary key,
  kind text not null,
  -- Among unfinished jobs of a kind, a key occurs once.
  key text,
  payload text not null,
  principal text not null,
  cause bigint,
  depth bigint not null default 0,
  -- queued · running · done · dead · cancelled
  state text not null,
  run_at bigint not null,
  attempt bigint not null default 0,
  -- Who holds the lease of this number may commit what the job does.
  lease_no bigint not null default 0,
  lease_until bigint,
  -- Where it stands after the chunks that are committed, as the kind has it.
  position text,
  done bigint not null default 0,
  total bigint,
  result text,
  -- The problem of the last attempt that failed, as JSON.
  problem text,
  created_at bigint not null,
  updated_at bigint not null
);
create unique index job_key on job (kind, key) where state in ('queued', 'running');
create index job_due on job (run_at) where state in ('queued', 'running');
create index job_created on job (created_at);

-- Idempotency ----------------------------------------------------------------------

create table idempotency (
  principal text not null,
  key text not null,
  route text not null,
  body_hash text not null,
  status bigint not null,
  answer text not null,
  at bigint not null,
  primary key (principal, key)
);
create index idempotency_at on idempotency (at);
