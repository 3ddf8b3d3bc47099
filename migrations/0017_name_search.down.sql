DROP INDEX place_beginnings;
DROP INDEX actor_name_beginnings;
