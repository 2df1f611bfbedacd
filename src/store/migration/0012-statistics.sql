-- Without these the planner takes parameter and value for independent: an operation that a third of all servers have
-- passed for one that hardly any has.
create statistics uri_values (mcv, ndistinct) on parameter, hash from uri;
alter statistics uri_values set statistics 500;
create statistics string_values (mcv, ndistinct) on parameter, prefix from string;
