DROP TABLE event_document;
DROP TABLE event_article;
DROP TABLE participant;
DROP TABLE event;
DROP TABLE kind;
