BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE alert (
	id VARCHAR NOT NULL, 
	dedup_key TEXT NOT NULL, 
	kind VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	level VARCHAR NOT NULL, 
	rule_id VARCHAR, 
	title TEXT, 
	story_id VARCHAR, 
	article_id INTEGER, 
	article_version INTEGER, 
	reason TEXT NOT NULL, 
	sentence TEXT NOT NULL, 
	marks JSON NOT NULL, subject TEXT, 
	CONSTRAINT pk_alert PRIMARY KEY (id), 
	CONSTRAINT fk_alert_article_id FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT fk_alert_story_id FOREIGN KEY(story_id) REFERENCES story (id), 
	CONSTRAINT uq_alert_dedup_key UNIQUE (dedup_key)
);
INSERT INTO "alert" VALUES('71a5dd43ead10b41','north-korea-missile-launch story S2151956414f1d974','new','2026-11-24 23:21:55.157663','critical','north-korea-missile-launch','North Korea launches a missile','S2151956414f1d974',2,1,'“북한”, “동해상으로”, “탄도미사일” in the title; the first that north-korea-missile-launch hears of this story','북한, 동해상으로 탄도미사일 2발 발사','[[0, 2], [4, 9], [10, 15]]',NULL);
INSERT INTO "alert" VALUES('1215b1fa912e98ad','north-korea-missile-launch story S34198646e1aa7090','new','2026-11-24 23:22:10.105511','critical','north-korea-missile-launch','North Korea launches a missile','S34198646e1aa7090',3,1,'“North Korea”, “fires”, “missiles” in the title; the first that north-korea-missile-launch hears of this story','North Korea fires two ballistic missiles toward the sea','[[0, 11], [12, 17], [32, 40]]',NULL);
CREATE TABLE article (
	id INTEGER NOT NULL, 
	source_id VARCHAR NOT NULL, 
	uid TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	url TEXT, 
	canonical TEXT, 
	title TEXT NOT NULL, 
	language VARCHAR, 
	published_at DATETIME NOT NULL, 
	dated BOOLEAN NOT NULL, 
	seen_at DATETIME NOT NULL, 
	baseline BOOLEAN NOT NULL, 
	digest VARCHAR NOT NULL, 
	CONSTRAINT pk_article PRIMARY KEY (id), 
	CONSTRAINT fk_article_source_id FOREIGN KEY(source_id) REFERENCES source (id), 
	CONSTRAINT uq_article_source_id UNIQUE (source_id, uid)
);
INSERT INTO "article" VALUES(1,'en','/quiet',2,'http://news.example/quiet','https://news.example/quiet','A quiet day in Seoul and Busan',NULL,'2026-11-24 23:21:41.000000',1,'2026-11-24 23:21:55.157663',1,'cca88e0d20f4e23af7b436f9e4ba62dd');
INSERT INTO "article" VALUES(2,'ko','/launch',1,'http://news.example/launch','https://news.example/launch','북한, 동해상으로 탄도미사일 2발 발사',NULL,'2026-11-24 23:21:41.000000',1,'2026-11-24 23:21:55.157663',1,'a08264a40bb1814b5c466ea65084ed5c');
INSERT INTO "article" VALUES(3,'en','/2026/launch',1,'http://news.example/2026/launch','https://news.example/2026/launch','North Korea fires two ballistic missiles toward the sea',NULL,'2026-11-24 23:21:41.000000',1,'2026-11-24 23:22:10.105511',0,'a95b1d008e8cf9fc95df9dbefff27520');
CREATE TABLE article_version (
	id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	canonical TEXT, 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	digest VARCHAR NOT NULL, authors JSON, tags JSON, 
	CONSTRAINT pk_article_version PRIMARY KEY (id), 
	CONSTRAINT fk_article_version_article_id FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT uq_article_version_article_id UNIQUE (article_id, version)
);
INSERT INTO "article_version" VALUES(1,1,1,'2026-11-24 23:21:55.157663','https://news.example/quiet','A quiet day in Seoul','','5ac4569c8bbf6bced5e60aa235c6ecc5','[]','[]');
INSERT INTO "article_version" VALUES(2,2,1,'2026-11-24 23:21:55.157663','https://news.example/launch','북한, 동해상으로 탄도미사일 2발 발사','','a08264a40bb1814b5c466ea65084ed5c','[]','[]');
INSERT INTO "article_version" VALUES(3,1,2,'2026-11-24 23:22:10.105511','https://news.example/quiet','A quiet day in Seoul and Busan','','cca88e0d20f4e23af7b436f9e4ba62dd','[]','[]');
INSERT INTO "article_version" VALUES(4,3,1,'2026-11-24 23:22:10.105511','https://news.example/2026/launch','North Korea fires two ballistic missiles toward the sea','','a95b1d008e8cf9fc95df9dbefff27520','[]','[]');
CREATE TABLE attempt (
	id INTEGER NOT NULL, 
	delivery_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	receipt VARCHAR, 
	detail TEXT, 
	CONSTRAINT pk_attempt PRIMARY KEY (id), 
	CONSTRAINT fk_attempt_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (id)
);
INSERT INTO "attempt" VALUES(1,2,1,'2026-11-24 23:21:55.288958','2026-11-24 23:21:55.361252','try later','the server could not be reached');
INSERT INTO "attempt" VALUES(2,1,1,'2026-11-24 23:21:55.289026','2026-11-24 23:21:57.153141','accepted','accepted');
INSERT INTO "attempt" VALUES(3,2,2,'2026-11-24 23:22:10.150758','2026-11-24 23:22:10.197861','try later','the server could not be reached');
INSERT INTO "attempt" VALUES(4,3,1,'2026-11-24 23:22:10.150818','2026-11-24 23:22:11.601036','accepted','accepted');
INSERT INTO "attempt" VALUES(5,4,1,'2026-11-24 23:22:10.241879','2026-11-24 23:22:10.349081','try later','the server could not be reached');
CREATE TABLE daemon (
	owner VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	started_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	ticked_at DATETIME, 
	delivered_at DATETIME, 
	stopped_at DATETIME, 
	running JSON NOT NULL, 
	CONSTRAINT pk_daemon PRIMARY KEY (owner)
);
CREATE TABLE delivery (
	id INTEGER NOT NULL, 
	alert_id VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	not_before DATETIME NOT NULL, 
	lease_until DATETIME, 
	lease_owner VARCHAR, 
	repeat BOOLEAN DEFAULT (false) NOT NULL, 
	ended_at DATETIME, 
	detail TEXT, forgiven INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_delivery PRIMARY KEY (id), 
	CONSTRAINT ck_delivery_ck_delivery_state CHECK (state IN ('pending', 'sending', 'retry', 'accepted', 'dead', 'discarded')), 
	CONSTRAINT fk_delivery_alert_id FOREIGN KEY(alert_id) REFERENCES alert (id), 
	CONSTRAINT uq_delivery_alert_id UNIQUE (alert_id, channel)
);
INSERT INTO "delivery" VALUES(1,'71a5dd43ead10b41','good','accepted',1,'2026-11-24 23:21:55.157663',NULL,NULL,0,'2026-11-24 23:21:57.153141','accepted',0);
INSERT INTO "delivery" VALUES(2,'71a5dd43ead10b41','bad','retry',2,'2026-11-24 23:22:31.054069',NULL,NULL,0,NULL,'the server could not be reached',0);
INSERT INTO "delivery" VALUES(3,'1215b1fa912e98ad','good','accepted',1,'2026-11-24 23:22:10.105511',NULL,NULL,0,'2026-11-24 23:22:11.601036','accepted',0);
INSERT INTO "delivery" VALUES(4,'1215b1fa912e98ad','bad','sending',1,'2026-11-24 23:22:18.960067','2026-01-05 12:00:00','gone:1',0,NULL,'the server could not be reached',0);
CREATE TABLE fetch (
	id INTEGER NOT NULL, 
	source_id VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	outcome VARCHAR NOT NULL, 
	status INTEGER, 
	entries INTEGER NOT NULL, 
	new INTEGER NOT NULL, 
	problem TEXT, 
	CONSTRAINT pk_fetch PRIMARY KEY (id), 
	CONSTRAINT fk_fetch_source_id FOREIGN KEY(source_id) REFERENCES source (id)
);
INSERT INTO "fetch" VALUES(1,'dead','2026-11-24 23:21:55.106284','failed',500,0,0,'500 Internal Server Error: the server has trouble; the next polls try again');
INSERT INTO "fetch" VALUES(2,'en','2026-11-24 23:21:55.157663','document',200,1,1,NULL);
INSERT INTO "fetch" VALUES(3,'ko','2026-11-24 23:21:55.157663','document',200,1,1,NULL);
INSERT INTO "fetch" VALUES(4,'dead','2026-11-24 23:22:10.053709','failed',500,0,0,'500 Internal Server Error: the server has trouble; the next polls try again');
INSERT INTO "fetch" VALUES(5,'en','2026-11-24 23:22:10.105511','document',200,2,2,NULL);
CREATE TABLE known (
	source_id VARCHAR NOT NULL, 
	uid_hash VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	digest VARCHAR NOT NULL, 
	seen_at DATETIME NOT NULL, 
	baseline BOOLEAN NOT NULL, 
	forgotten BOOLEAN NOT NULL, 
	left_at DATETIME NOT NULL, 
	CONSTRAINT pk_known PRIMARY KEY (source_id, uid_hash), 
	CONSTRAINT fk_known_source_id FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE TABLE "match" (
	id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	article_version INTEGER NOT NULL, 
	rule_id VARCHAR NOT NULL, 
	rule_version VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	evidence JSON NOT NULL, 
	at DATETIME NOT NULL, 
	decision TEXT NOT NULL, 
	alert_id VARCHAR, level VARCHAR, shadow_key TEXT, 
	CONSTRAINT pk_match PRIMARY KEY (id), 
	CONSTRAINT fk_match_alert_id FOREIGN KEY(alert_id) REFERENCES alert (id), 
	CONSTRAINT fk_match_article_id FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT uq_match_article_id UNIQUE (article_id, article_version, rule_id)
);
INSERT INTO "match" VALUES(1,2,1,'north-korea-missile-launch','500e2d21cc454b40','news','[["title", 0, 2, "\ubd81\ud55c", "\ubd81\ud55c", "who"], ["title", 4, 9, "\ub3d9\ud574\uc0c1\uc73c\ub85c", "\ub3d9\ud574\uc0c1*", "did what"], ["title", 10, 15, "\ud0c4\ub3c4\ubbf8\uc0ac\uc77c", "*\ubbf8\uc0ac\uc77c", "what flew"]]','2026-11-24 23:21:55.157663','told: “북한”, “동해상으로”, “탄도미사일” in the title; the first that north-korea-missile-launch hears of this story','71a5dd43ead10b41','critical',NULL);
INSERT INTO "match" VALUES(2,3,1,'north-korea-missile-launch','500e2d21cc454b40','news','[["title", 0, 11, "North Korea", "North Korea", "who"], ["title", 12, 17, "fires", "fires", "did what"], ["title", 32, 40, "missiles", "missiles", "what flew"]]','2026-11-24 23:22:10.105511','told: “North Korea”, “fires”, “missiles” in the title; the first that north-korea-missile-launch hears of this story','1215b1fa912e98ad','critical',NULL);
CREATE TABLE noticed (
	subject VARCHAR NOT NULL, 
	since DATETIME NOT NULL, 
	told_at DATETIME NOT NULL, 
	over_at DATETIME, 
	CONSTRAINT pk_noticed PRIMARY KEY (subject)
);
CREATE TABLE section (
	id INTEGER NOT NULL, 
	sequence INTEGER NOT NULL, 
	CONSTRAINT pk_section PRIMARY KEY (id)
);
INSERT INTO "section" VALUES(1,2);
CREATE TABLE source (
	id VARCHAR NOT NULL, 
	url TEXT NOT NULL, 
	etag TEXT, 
	last_modified TEXT, 
	next_at DATETIME NOT NULL, 
	lease_until DATETIME, 
	lease_owner VARCHAR, 
	token INTEGER DEFAULT '0' NOT NULL, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	first_at DATETIME, 
	last_ok_at DATETIME, 
	problem TEXT, polled_at DATETIME, failing_since DATETIME, 
	CONSTRAINT pk_source PRIMARY KEY (id)
);
INSERT INTO "source" VALUES('en','http://127.0.0.1:8000/en',NULL,NULL,'2026-11-24 23:22:14.134039',NULL,NULL,2,0,'2026-11-24 23:21:55.157663','2026-11-24 23:22:10.105511',NULL,'2026-11-24 23:22:10.105511',NULL);
INSERT INTO "source" VALUES('ko','http://127.0.0.1:8000/ko',NULL,NULL,'2026-11-24 23:22:11.534278',NULL,NULL,2,0,'2026-11-24 23:21:55.157663','2026-11-24 23:22:10.053709',NULL,'2026-11-24 23:22:10.053709',NULL);
INSERT INTO "source" VALUES('dead','http://127.0.0.1:8000/dead',NULL,NULL,'2026-11-24 23:22:20.053709',NULL,NULL,2,2,NULL,NULL,'500 Internal Server Error: the server has trouble; the next polls try again','2026-11-24 23:22:10.053709','2026-11-24 23:21:55.106284');
CREATE TABLE story (
	id VARCHAR NOT NULL, 
	title TEXT NOT NULL, 
	opened_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_story PRIMARY KEY (id)
);
INSERT INTO "story" VALUES('Sbda970c2e4c995a3','A quiet day in Seoul','2026-11-24 23:21:55.157663','2026-11-24 23:21:55.157663');
INSERT INTO "story" VALUES('S2151956414f1d974','북한, 동해상으로 탄도미사일 2발 발사','2026-11-24 23:21:55.157663','2026-11-24 23:21:55.157663');
INSERT INTO "story" VALUES('S34198646e1aa7090','North Korea fires two ballistic missiles toward the sea','2026-11-24 23:22:10.105511','2026-11-24 23:22:10.105511');
CREATE TABLE story_article (
	article_id INTEGER NOT NULL, 
	story_id VARCHAR NOT NULL, 
	how TEXT NOT NULL, 
	CONSTRAINT pk_story_article PRIMARY KEY (article_id), 
	CONSTRAINT fk_story_article_article_id FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT fk_story_article_story_id FOREIGN KEY(story_id) REFERENCES story (id)
);
INSERT INTO "story_article" VALUES(1,'Sbda970c2e4c995a3','the first article of its story');
INSERT INTO "story_article" VALUES(2,'S2151956414f1d974','the first article of its story');
INSERT INTO "story_article" VALUES(3,'S34198646e1aa7090','the first article of its story');
CREATE INDEX ix_source_next_at ON source (next_at);
CREATE INDEX ix_story_last_at ON story (last_at);
CREATE INDEX ix_story_opened_at ON story (opened_at);
CREATE INDEX ix_article_canonical ON article (canonical);
CREATE INDEX ix_article_seen_at ON article (seen_at);
CREATE INDEX ix_fetch_source_at ON fetch (source_id, at);
CREATE INDEX ix_alert_at ON alert (at);
CREATE INDEX ix_alert_rule_id ON alert (rule_id);
CREATE INDEX ix_story_article_story_id ON story_article (story_id);
CREATE INDEX ix_delivery_open ON delivery (state, not_before) WHERE state IN ('pending', 'retry', 'sending');
CREATE INDEX ix_match_at ON "match" (at);
CREATE INDEX ix_match_rule_id ON "match" (rule_id);
CREATE INDEX ix_attempt_delivery_id ON attempt (delivery_id);
CREATE INDEX ix_alert_subject ON alert (subject);
CREATE INDEX ix_alert_story_id ON alert (story_id);
CREATE INDEX ix_alert_article_id ON alert (article_id);
CREATE INDEX ix_match_alert_id ON "match" (alert_id);
CREATE INDEX ix_delivery_state ON delivery (state, channel, ended_at);
CREATE INDEX ix_known_left_at ON known (left_at);
CREATE INDEX ix_match_shadow_key ON "match" (shadow_key) WHERE shadow_key IS NOT NULL;
COMMIT;
