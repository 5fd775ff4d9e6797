-- What publishing has made in the database, and what it is still about to do. Additive: the
-- program before this one neither reads nor writes these tables.

create table schema_table (
  name text primary key,
  form text not null,
  -- The subform whose rows it holds; null for records.
  subform text
);
create index schema_table_form on schema_table (form);

-- `storage` as the documents' columns name it: `text`, `scaled2`, `date` …
create table schema_column (
  table_name text not null,
  name text not null,
  storage text not null,
  primary key (table_name, name)
);

-- `columns` is a JSON list of column and whether it descends.
create table schema_index (
  name text primary key,
  table_name text not null,
  columns text not null,
  is_unique boolean not null
);
create index schema_index_table on schema_index (table_name);

-- Deferred work: building and dropping indexes, and publishes that wait until their values
-- are converted.
create table schema_step (
  id text primary key,
  form text not null,
  kind text not null,
  -- The index, or the form itself.
  subject text not null,
  body text not null,
  state text not null,
  done bigint not null default 0,
  total bigint not null default 0,
  problem text,
  created_at bigint not null,
  created_by text not null
);
create unique index schema_step_subject on schema_step (subject);
create index schema_step_form on schema_step (form);

-- Conversions that were made. What did not convert stands in the old column.
create table schema_conversion (
  id text primary key,
  form text not null,
  revision bigint not null,
  field text not null,
  body text not null,
  converted bigint not null,
  rounded bigint not null,
  refused bigint not null,
  at bigint not null,
  by_member text not null
);
create index schema_conversion_form on schema_conversion (form, at);
