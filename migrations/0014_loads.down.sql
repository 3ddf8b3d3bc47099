DROP TABLE load_chunk;
DROP TABLE load;
