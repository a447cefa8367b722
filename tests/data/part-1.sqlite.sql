BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE alert (
	id VARCHAR NOT NULL, 
	dedup_key TEXT NOT NULL, 
	kind VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	level VARCHAR NOT NULL, 
	rule_id VARCHAR, 
	rule_title TEXT, 
	story_id VARCHAR, 
	article_id INTEGER, 
	article_version INTEGER, 
	reason TEXT NOT NULL, 
	sentence TEXT NOT NULL, 
	marks JSON NOT NULL, 
	CONSTRAINT pk_alert PRIMARY KEY (id), 
	CONSTRAINT fk_alert_article_id FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT fk_alert_story_id FOREIGN KEY(story_id) REFERENCES story (id), 
	CONSTRAINT uq_alert_dedup_key UNIQUE (dedup_key)
);
INSERT INTO "alert" VALUES('93e5271e61ae15c0','north-korea-missile-launch story S9e749e7933e7d892','new','2026-11-24 18:40:55.221165','critical','north-korea-missile-launch','North Korea launches a missile','S9e749e7933e7d892',1,1,'“North Korea”, “fires”, “missiles” in the title; the first that north-korea-missile-launch hears of this story','North Korea fires two ballistic missiles toward the sea','[[0, 11], [12, 17], [32, 40]]');
INSERT INTO "alert" VALUES('aaae999106aa61b8','north-korea-missile-launch story Sa32056a5494436ff','new','2026-11-24 18:40:57.513488','critical','north-korea-missile-launch','North Korea launches a missile','Sa32056a5494436ff',6,1,'“North Korea”, “launched”, “missile” in the title; the first that north-korea-missile-launch hears of this story','North Korea launched a missile again','[[0, 11], [12, 20], [23, 30]]');
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
INSERT INTO "article" VALUES(1,'en','g555',1,'http://news.example/0','https://news.example/0','North Korea fires two ballistic missiles toward the sea',NULL,'2026-11-24 18:40:53.000000',1,'2026-11-24 18:40:55.221165',1,'71f6beee0186552b34eb9232af97ac9c');
INSERT INTO "article" VALUES(2,'en','g274',1,'http://news.example/1','https://news.example/1','A quiet day in Seoul',NULL,'2026-11-24 18:40:53.000000',1,'2026-11-24 18:40:55.221165',1,'870f1013a7248b44c5f7d4cfcaddb8ad');
INSERT INTO "article" VALUES(3,'ko','g138',1,'http://news.example/0','https://news.example/0','북한, 동해상으로 탄도미사일 2발 발사',NULL,'2026-11-24 18:40:53.000000',1,'2026-11-24 18:40:55.248762',1,'4e5e393ddb7f7e4b7db472bce934ae24');
INSERT INTO "article" VALUES(4,'ko','g288',1,'http://news.example/1','https://news.example/1','서울의 조용한 하루',NULL,'2026-11-24 18:40:53.000000',1,'2026-11-24 18:40:55.248762',1,'57b25bbbf4299e4056be811be8e59b5d');
INSERT INTO "article" VALUES(5,'en','g587',1,'http://news.example/1','https://news.example/1','A quiet day in Seoul and in Busan',NULL,'2026-11-24 18:40:53.000000',1,'2026-11-24 18:40:57.513488',0,'5275117e3510524367066442359c4fc4');
INSERT INTO "article" VALUES(6,'en','g109',1,'http://news.example/2','https://news.example/2','North Korea launched a missile again',NULL,'2026-11-24 18:40:53.000000',1,'2026-11-24 18:40:57.513488',0,'05250bd9e2cea85a3fc212ed60c7c2b0');
CREATE TABLE article_version (
	id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	canonical TEXT, 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	digest VARCHAR NOT NULL, 
	CONSTRAINT pk_article_version PRIMARY KEY (id), 
	CONSTRAINT fk_article_version_article_id FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT uq_article_version_article_id UNIQUE (article_id, version)
);
INSERT INTO "article_version" VALUES(1,1,1,'2026-11-24 18:40:55.221165','https://news.example/0','North Korea fires two ballistic missiles toward the sea','Some text of North Korea fires two ballistic missiles toward the sea.','71f6beee0186552b34eb9232af97ac9c');
INSERT INTO "article_version" VALUES(2,2,1,'2026-11-24 18:40:55.221165','https://news.example/1','A quiet day in Seoul','Some text of A quiet day in Seoul.','870f1013a7248b44c5f7d4cfcaddb8ad');
INSERT INTO "article_version" VALUES(3,3,1,'2026-11-24 18:40:55.248762','https://news.example/0','북한, 동해상으로 탄도미사일 2발 발사','Some text of 북한, 동해상으로 탄도미사일 2발 발사.','4e5e393ddb7f7e4b7db472bce934ae24');
INSERT INTO "article_version" VALUES(4,4,1,'2026-11-24 18:40:55.248762','https://news.example/1','서울의 조용한 하루','Some text of 서울의 조용한 하루.','57b25bbbf4299e4056be811be8e59b5d');
INSERT INTO "article_version" VALUES(5,5,1,'2026-11-24 18:40:57.513488','https://news.example/1','A quiet day in Seoul and in Busan','Some text of A quiet day in Seoul and in Busan.','5275117e3510524367066442359c4fc4');
INSERT INTO "article_version" VALUES(6,6,1,'2026-11-24 18:40:57.513488','https://news.example/2','North Korea launched a missile again','Some text of North Korea launched a missile again.','05250bd9e2cea85a3fc212ed60c7c2b0');
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
INSERT INTO "attempt" VALUES(1,1,1,'2026-11-24 18:40:55.265398','2026-11-24 18:40:55.284523','accepted','accepted');
INSERT INTO "attempt" VALUES(2,2,1,'2026-11-24 18:40:55.265465','2026-11-24 18:40:55.722204','try later','the server could not be reached');
INSERT INTO "attempt" VALUES(3,3,1,'2026-11-24 18:40:57.532357','2026-11-24 18:40:57.553195','accepted','accepted');
INSERT INTO "attempt" VALUES(4,4,1,'2026-11-24 18:40:57.532414','2026-11-24 18:40:57.898730','try later','the server could not be reached');
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
	detail TEXT, 
	CONSTRAINT pk_delivery PRIMARY KEY (id), 
	CONSTRAINT ck_delivery_ck_delivery_state CHECK (state IN ('pending', 'sending', 'retry', 'accepted', 'dead', 'discarded')), 
	CONSTRAINT fk_delivery_alert_id FOREIGN KEY(alert_id) REFERENCES alert (id), 
	CONSTRAINT uq_delivery_alert_id UNIQUE (alert_id, channel)
);
INSERT INTO "delivery" VALUES(1,'93e5271e61ae15c0','good','accepted',1,'2026-11-24 18:40:55.221165',NULL,NULL,0,'2026-11-24 18:40:55.284523','accepted');
INSERT INTO "delivery" VALUES(2,'93e5271e61ae15c0','bad','retry',1,'2026-11-24 18:41:06.096792',NULL,NULL,0,NULL,'the server could not be reached');
INSERT INTO "delivery" VALUES(3,'aaae999106aa61b8','good','accepted',1,'2026-11-24 18:40:57.513488',NULL,NULL,0,'2026-11-24 18:40:57.553195','accepted');
INSERT INTO "delivery" VALUES(4,'aaae999106aa61b8','bad','sending',1,'2026-11-24 18:41:06.509738','2026-01-05 12:00:00.000000','gone:1',0,NULL,'the server could not be reached');
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
INSERT INTO "fetch" VALUES(1,'en','2026-11-24 18:40:55.221165','document',200,2,2,NULL);
INSERT INTO "fetch" VALUES(2,'dead','2026-11-24 18:40:55.245469','failed',500,0,0,'500 Internal Server Error: the server has trouble; the next polls try again');
INSERT INTO "fetch" VALUES(3,'ko','2026-11-24 18:40:55.248762','document',200,2,2,NULL);
INSERT INTO "fetch" VALUES(4,'dead','2026-11-24 18:40:57.507422','failed',500,0,0,'500 Internal Server Error: the server has trouble; the next polls try again');
INSERT INTO "fetch" VALUES(5,'en','2026-11-24 18:40:57.513488','document',200,3,2,NULL);
INSERT INTO "fetch" VALUES(6,'ko','2026-11-24 18:40:57.526059','document',200,2,0,NULL);
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
	alert_id VARCHAR, 
	CONSTRAINT pk_match PRIMARY KEY (id), 
	CONSTRAINT fk_match_alert_id FOREIGN KEY(alert_id) REFERENCES alert (id), 
	CONSTRAINT fk_match_article_id FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT uq_match_article_id UNIQUE (article_id, article_version, rule_id)
);
INSERT INTO "match" VALUES(1,1,1,'north-korea-missile-launch','18831c01263a1836','news','[["title", 0, 11, "North Korea", "North Korea"], ["title", 12, 17, "fires", "fires"], ["title", 32, 40, "missiles", "missiles"]]','2026-11-24 18:40:55.221165','told: “North Korea”, “fires”, “missiles” in the title; the first that north-korea-missile-launch hears of this story','93e5271e61ae15c0');
INSERT INTO "match" VALUES(2,3,1,'north-korea-missile-launch','18831c01263a1836','news','[["title", 0, 2, "\ubd81\ud55c", "\ubd81\ud55c"], ["title", 4, 9, "\ub3d9\ud574\uc0c1\uc73c\ub85c", "\ub3d9\ud574\uc0c1*"], ["title", 10, 15, "\ud0c4\ub3c4\ubbf8\uc0ac\uc77c", "*\ubbf8\uc0ac\uc77c"]]','2026-11-24 18:40:55.248762','held: north-korea-missile-launch has told this story already (S9e749e7933e7d892)',NULL);
INSERT INTO "match" VALUES(3,6,1,'north-korea-missile-launch','18831c01263a1836','news','[["title", 0, 11, "North Korea", "North Korea"], ["title", 12, 20, "launched", "launched"], ["title", 23, 30, "missile", "missile"]]','2026-11-24 18:40:57.513488','told: “North Korea”, “launched”, “missile” in the title; the first that north-korea-missile-launch hears of this story','aaae999106aa61b8');
CREATE TABLE section (
	id INTEGER NOT NULL, 
	sequence INTEGER NOT NULL, 
	CONSTRAINT pk_section PRIMARY KEY (id)
);
INSERT INTO "section" VALUES(1,3);
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
	problem TEXT, 
	CONSTRAINT pk_source PRIMARY KEY (id)
);
INSERT INTO "source" VALUES('en','http://127.0.0.1:8000/en','"two"',NULL,'2026-11-24 18:49:53.803743',NULL,NULL,2,0,'2026-11-24 18:40:55.221165','2026-11-24 18:40:57.513488',NULL);
INSERT INTO "source" VALUES('ko','http://127.0.0.1:8000/ko',NULL,NULL,'2026-11-24 18:47:17.845649',NULL,NULL,2,0,'2026-11-24 18:40:55.248762','2026-11-24 18:40:57.526059',NULL);
INSERT INTO "source" VALUES('dead','http://127.0.0.1:8000/dead',NULL,NULL,'2026-11-24 18:50:57.507422',NULL,NULL,2,2,NULL,NULL,'500 Internal Server Error: the server has trouble; the next polls try again');
CREATE TABLE story (
	id VARCHAR NOT NULL, 
	title TEXT NOT NULL, 
	opened_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_story PRIMARY KEY (id)
);
INSERT INTO "story" VALUES('S9e749e7933e7d892','North Korea fires two ballistic missiles toward the sea','2026-11-24 18:40:55.221165','2026-11-24 18:40:55.248762');
INSERT INTO "story" VALUES('S490383946c0d9f9d','A quiet day in Seoul','2026-11-24 18:40:55.221165','2026-11-24 18:40:57.513488');
INSERT INTO "story" VALUES('Sa32056a5494436ff','North Korea launched a missile again','2026-11-24 18:40:57.513488','2026-11-24 18:40:57.513488');
CREATE TABLE story_article (
	article_id INTEGER NOT NULL, 
	story_id VARCHAR NOT NULL, 
	how TEXT NOT NULL, 
	CONSTRAINT pk_story_article PRIMARY KEY (article_id), 
	CONSTRAINT fk_story_article_article_id FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT fk_story_article_story_id FOREIGN KEY(story_id) REFERENCES story (id)
);
INSERT INTO "story_article" VALUES(1,'S9e749e7933e7d892','the first article of its story');
INSERT INTO "story_article" VALUES(2,'S490383946c0d9f9d','the first article of its story');
INSERT INTO "story_article" VALUES(3,'S9e749e7933e7d892','the same address');
INSERT INTO "story_article" VALUES(4,'S490383946c0d9f9d','the same address');
INSERT INTO "story_article" VALUES(5,'S490383946c0d9f9d','the same address');
INSERT INTO "story_article" VALUES(6,'Sa32056a5494436ff','the first article of its story');
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
COMMIT;
