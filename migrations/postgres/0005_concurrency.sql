-- Drafts that several edit: who saves names the version that they saw.
alter table document_draft add column version bigint not null default 1;
