-- Names by the beginnings of their words, for suggestions while somebody types:
-- "erd" finds Recep Tayyip Erdogan. Keys are plain words, so that the parser of
-- texts leaves them as they are.
CREATE INDEX actor_name_beginnings ON actor_name USING gin (to_tsvector('simple', name_key)) WITH (fastupdate = off);
CREATE INDEX place_beginnings ON place USING gin (to_tsvector('simple', name_key)) WITH (fastupdate = off);
