-- The orders that had no index: of texts of tokens, and of ids. A sorted page walks its index, however many resources there are.

create index token_text on token (parameter, text, key) include (class);
create index resource_id on resource (type, id, key) include (class, deleted);
