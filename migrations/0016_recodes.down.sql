DROP TABLE recode_chunk;
DROP TABLE recode;
