DROP TABLE rollup;
DROP TABLE pair_feed;
