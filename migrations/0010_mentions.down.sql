UPDATE compatibility SET oldest = 9;
DROP TABLE mention_block;
DROP TABLE mention;
