-- The identities of an article, which go with it when it is withdrawn.
CREATE INDEX article_identity_by_article ON article_identity (article_id);
