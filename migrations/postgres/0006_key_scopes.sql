-- What a key opens of what its member may do, as JSON; none for everything, as keys did before.
alter table api_key add column scope text;
