DROP TABLE participant_past;
DROP TABLE event_past;
