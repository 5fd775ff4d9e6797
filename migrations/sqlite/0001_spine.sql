-- The engine's own tables. Moments are milliseconds since 1970 in UTC; JSON is text: so
-- that one statement serves both databases.

create table setting (
  name text primary key,
  value text not null
);

-- People ---------------------------------------------------------------------------

create table member (
  id text primary key,
  account text not null,
  name text not null,
  password_hash text,
  department text,
  locale text not null default 'zh-CN',
  theme text not null default 'system',
  is_admin boolean not null default false,
  active boolean not null default true,
  -- Sessions of an earlier epoch are signed out.
  session_epoch bigint not null default 0,
  created_at bigint not null
);
create unique index member_account_key on member (account);
create index member_department on member (department);

create table department (
  id text primary key,
  name text not null,
  parent text,
  head text,
  position bigint not null default 0
);

create table role (
  key text primary key,
  label text not null
);

create table member_role (
  member text not null,
  role text not null,
  primary key (member, role)
);
create index member_role_role on member_role (role);

create table session (
  id text primary key,
  data text not null,
  expires_at bigint not null
);
create index session_expires_at on session (expires_at);

create table api_key (
  id text primary key,
  member text not null,
  name text not null,
  secret_hash text not null,
  created_at bigint not null,
  last_used_at bigint,
  revoked_at bigint
);
create index api_key_member on api_key (member);

-- Documents ------------------------------------------------------------------------

-- The pointer to each document's current revision.
create table document (
  kind text not null,
  key text not null,
  app text not null,
  revision bigint not null,
  package text,
  updated_at bigint not null,
  updated_by text not null,
  primary key (kind, key)
);

-- Immutable. `columns` are the physical names behind a form's fields.
create table document_revision (
  kind text not null,
  key text not null,
  revision bigint not null,
  body text not null,
  columns text,
  created_at bigint not null,
  created_by text not null,
  primary key (kind, key, revision)
);

create table document_draft (
  kind text not null,
  key text not null,
  app text not null,
  body text not null,
  based_on bigint not null,
  updated_at bigint not null,
  updated_by text not null,
  primary key (kind, key)
);

create table package (
  key text primary key,
  version text not null,
  lock text not null,
  installed_at bigint not null
);

-- What happened --------------------------------------------------------------------

-- One log of every change; appended in the transaction of the change.
create table event (
  id integer primary key autoincrement,
  at bigint not null,
  by_member text not null,
  kind text not null,
  subject text not null,
  record text,
  detail text not null
);
create index event_record on event (record, id);

create table comment (
  id text primary key,
  form text not null,
  record text not null,
  at bigint not null,
  by_member text not null,
  body text not null
);
create index comment_record on comment (record, at);

create table serial_counter (
  form text not null,
  field text not null,
  period text not null,
  value bigint not null,
  primary key (form, field, period)
);

-- Processes ------------------------------------------------------------------------

-- `state` is the fold of the instance's events, kept so that it need not be folded again.
create table instance (
  id text primary key,
  flow text not null,
  flow_version bigint not null,
  form text not null,
  record text not null,
  status text not null,
  state text not null,
  starter text not null,
  started_at bigint not null,
  ended_at bigint
);
create index instance_record on instance (record, started_at);
create index instance_starter on instance (starter, started_at);

create table instance_event (
  instance text not null,
  position bigint not null,
  event text not null,
  primary key (instance, position)
);

create table task (
  id text primary key,
  instance text not null,
  -- The task's key within the instance.
  key text not null,
  step text not null,
  kind text not null,
  member text not null,
  state text not null,
  action text,
  form text not null,
  record text not null,
  opened_at bigint not null,
  closed_at bigint
);
create index task_member on task (member, state, opened_at);
create index task_instance on task (instance, key);
create index task_record on task (record, state);
