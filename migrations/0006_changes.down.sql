DROP TABLE change_inbox;
DROP TABLE change;
