DROP TABLE place;
DROP TABLE actor_name;
DROP TABLE actor;
