DROP TABLE event_search;
DROP TABLE event_document;
DROP TABLE evidence;
DROP TABLE participant;
DROP TABLE event;
