DROP TABLE article_identity;
DROP TABLE article;
