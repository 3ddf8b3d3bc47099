DROP TABLE audit;
DROP TABLE api_key;
