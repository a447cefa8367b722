--
-- PostgreSQL database dump
--


-- Dumped from database version 18.4
-- Dumped by pg_dump version 18.4




--
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: alert; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alert (
    id character varying NOT NULL,
    dedup_key text NOT NULL,
    kind character varying NOT NULL,
    at timestamp without time zone NOT NULL,
    level character varying NOT NULL,
    rule_id character varying,
    title text,
    story_id character varying,
    article_id integer,
    article_version integer,
    reason text NOT NULL,
    sentence text NOT NULL,
    marks json NOT NULL,
    subject text
);


--
-- Name: article; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.article (
    id integer NOT NULL,
    source_id character varying NOT NULL,
    uid text NOT NULL,
    version integer NOT NULL,
    url text,
    canonical text,
    title text NOT NULL,
    language character varying,
    published_at timestamp without time zone NOT NULL,
    dated boolean NOT NULL,
    seen_at timestamp without time zone NOT NULL,
    baseline boolean NOT NULL,
    digest character varying NOT NULL
);


--
-- Name: article_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.article_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: article_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.article_id_seq OWNED BY public.article.id;


--
-- Name: article_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.article_version (
    id integer NOT NULL,
    article_id integer NOT NULL,
    version integer NOT NULL,
    at timestamp without time zone NOT NULL,
    canonical text,
    title text NOT NULL,
    text text NOT NULL,
    digest character varying NOT NULL,
    authors json,
    tags json
);


--
-- Name: article_version_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.article_version_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: article_version_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.article_version_id_seq OWNED BY public.article_version.id;


--
-- Name: attempt; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.attempt (
    id integer NOT NULL,
    delivery_id integer NOT NULL,
    number integer NOT NULL,
    started_at timestamp without time zone NOT NULL,
    ended_at timestamp without time zone,
    receipt character varying,
    detail text
);


--
-- Name: attempt_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.attempt_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: attempt_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.attempt_id_seq OWNED BY public.attempt.id;


--
-- Name: daemon; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.daemon (
    owner character varying NOT NULL,
    version character varying NOT NULL,
    started_at timestamp without time zone NOT NULL,
    seen_at timestamp without time zone NOT NULL,
    ticked_at timestamp without time zone,
    delivered_at timestamp without time zone,
    stopped_at timestamp without time zone,
    running json NOT NULL
);


--
-- Name: delivery; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.delivery (
    id integer NOT NULL,
    alert_id character varying NOT NULL,
    channel character varying NOT NULL,
    state character varying NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    not_before timestamp without time zone NOT NULL,
    lease_until timestamp without time zone,
    lease_owner character varying,
    repeat boolean DEFAULT false NOT NULL,
    ended_at timestamp without time zone,
    detail text,
    forgiven integer DEFAULT 0 NOT NULL,
    CONSTRAINT ck_delivery_ck_delivery_state CHECK (((state)::text = ANY ((ARRAY['pending'::character varying, 'sending'::character varying, 'retry'::character varying, 'accepted'::character varying, 'dead'::character varying, 'discarded'::character varying])::text[])))
);


--
-- Name: delivery_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.delivery_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: delivery_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.delivery_id_seq OWNED BY public.delivery.id;


--
-- Name: fetch; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."fetch" (
    id integer NOT NULL,
    source_id character varying NOT NULL,
    at timestamp without time zone NOT NULL,
    outcome character varying NOT NULL,
    status integer,
    entries integer NOT NULL,
    new integer NOT NULL,
    problem text
);


--
-- Name: fetch_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.fetch_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: fetch_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.fetch_id_seq OWNED BY public."fetch".id;


--
-- Name: known; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.known (
    source_id character varying NOT NULL,
    uid_hash character varying NOT NULL,
    version integer NOT NULL,
    digest character varying NOT NULL,
    seen_at timestamp without time zone NOT NULL,
    baseline boolean NOT NULL,
    forgotten boolean NOT NULL,
    left_at timestamp without time zone NOT NULL
);


--
-- Name: match; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.match (
    id integer NOT NULL,
    article_id integer NOT NULL,
    article_version integer NOT NULL,
    rule_id character varying NOT NULL,
    rule_version character varying NOT NULL,
    kind character varying NOT NULL,
    evidence json NOT NULL,
    at timestamp without time zone NOT NULL,
    decision text NOT NULL,
    alert_id character varying,
    level character varying,
    shadow_key text
);


--
-- Name: match_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.match_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: match_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.match_id_seq OWNED BY public.match.id;


--
-- Name: noticed; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.noticed (
    subject character varying NOT NULL,
    since timestamp without time zone NOT NULL,
    told_at timestamp without time zone NOT NULL,
    over_at timestamp without time zone
);


--
-- Name: section; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.section (
    id integer NOT NULL,
    sequence integer NOT NULL
);


--
-- Name: section_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.section_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: section_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.section_id_seq OWNED BY public.section.id;


--
-- Name: source; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.source (
    id character varying NOT NULL,
    url text NOT NULL,
    etag text,
    last_modified text,
    next_at timestamp without time zone NOT NULL,
    lease_until timestamp without time zone,
    lease_owner character varying,
    token integer DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    first_at timestamp without time zone,
    last_ok_at timestamp without time zone,
    problem text,
    polled_at timestamp without time zone,
    failing_since timestamp without time zone
);


--
-- Name: story; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.story (
    id character varying NOT NULL,
    title text NOT NULL,
    opened_at timestamp without time zone NOT NULL,
    last_at timestamp without time zone NOT NULL
);


--
-- Name: story_article; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.story_article (
    article_id integer NOT NULL,
    story_id character varying NOT NULL,
    how text NOT NULL
);


--
-- Name: article id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.article ALTER COLUMN id SET DEFAULT nextval('public.article_id_seq'::regclass);


--
-- Name: article_version id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.article_version ALTER COLUMN id SET DEFAULT nextval('public.article_version_id_seq'::regclass);


--
-- Name: attempt id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempt ALTER COLUMN id SET DEFAULT nextval('public.attempt_id_seq'::regclass);


--
-- Name: delivery id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery ALTER COLUMN id SET DEFAULT nextval('public.delivery_id_seq'::regclass);


--
-- Name: fetch id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."fetch" ALTER COLUMN id SET DEFAULT nextval('public.fetch_id_seq'::regclass);


--
-- Name: match id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.match ALTER COLUMN id SET DEFAULT nextval('public.match_id_seq'::regclass);


--
-- Name: section id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.section ALTER COLUMN id SET DEFAULT nextval('public.section_id_seq'::regclass);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES ('0003');


--
-- Data for Name: alert; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alert VALUES ('71a5dd43ead10b41', 'north-korea-missile-launch story S2151956414f1d974', 'new', '2026-11-24 23:22:24.451508', 'critical', 'north-korea-missile-launch', 'North Korea launches a missile', 'S2151956414f1d974', 2, 1, '“북한”, “동해상으로”, “탄도미사일” in the title; the first that north-korea-missile-launch hears of this story', '북한, 동해상으로 탄도미사일 2발 발사', '[[0, 2], [4, 9], [10, 15]]', NULL);
INSERT INTO public.alert VALUES ('1215b1fa912e98ad', 'north-korea-missile-launch story S34198646e1aa7090', 'new', '2026-11-24 23:22:36.733989', 'critical', 'north-korea-missile-launch', 'North Korea launches a missile', 'S34198646e1aa7090', 4, 1, '“North Korea”, “fires”, “missiles” in the title; the first that north-korea-missile-launch hears of this story', 'North Korea fires two ballistic missiles toward the sea', '[[0, 11], [12, 17], [32, 40]]', NULL);


--
-- Data for Name: article; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.article VALUES (2, 'ko', '/launch', 1, 'http://news.example/launch', 'https://news.example/launch', '북한, 동해상으로 탄도미사일 2발 발사', NULL, '2026-11-24 23:21:41', true, '2026-11-24 23:22:24.451508', true, 'a08264a40bb1814b5c466ea65084ed5c');
INSERT INTO public.article VALUES (1, 'en', '/quiet', 2, 'http://news.example/quiet', 'https://news.example/quiet', 'A quiet day in Seoul and Busan', NULL, '2026-11-24 23:21:41', true, '2026-11-24 23:22:24.451508', true, 'cca88e0d20f4e23af7b436f9e4ba62dd');
INSERT INTO public.article VALUES (4, 'en', '/2026/launch', 1, 'http://news.example/2026/launch', 'https://news.example/2026/launch', 'North Korea fires two ballistic missiles toward the sea', NULL, '2026-11-24 23:22:13', true, '2026-11-24 23:22:36.733989', false, 'a95b1d008e8cf9fc95df9dbefff27520');


--
-- Data for Name: article_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.article_version VALUES (1, 1, 1, '2026-11-24 23:22:24.451508', 'https://news.example/quiet', 'A quiet day in Seoul', '', '5ac4569c8bbf6bced5e60aa235c6ecc5', '[]', '[]');
INSERT INTO public.article_version VALUES (2, 2, 1, '2026-11-24 23:22:24.451508', 'https://news.example/launch', '북한, 동해상으로 탄도미사일 2발 발사', '', 'a08264a40bb1814b5c466ea65084ed5c', '[]', '[]');
INSERT INTO public.article_version VALUES (3, 1, 2, '2026-11-24 23:22:36.733989', 'https://news.example/quiet', 'A quiet day in Seoul and Busan', '', 'cca88e0d20f4e23af7b436f9e4ba62dd', '[]', '[]');
INSERT INTO public.article_version VALUES (4, 4, 1, '2026-11-24 23:22:36.733989', 'https://news.example/2026/launch', 'North Korea fires two ballistic missiles toward the sea', '', 'a95b1d008e8cf9fc95df9dbefff27520', '[]', '[]');


--
-- Data for Name: attempt; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.attempt VALUES (1, 2, 1, '2026-11-24 23:22:24.590525', '2026-11-24 23:22:24.666149', 'try later', 'the server could not be reached');
INSERT INTO public.attempt VALUES (2, 1, 1, '2026-11-24 23:22:24.590594', '2026-11-24 23:22:24.691675', 'accepted', 'accepted');
INSERT INTO public.attempt VALUES (3, 2, 2, '2026-11-24 23:22:36.953265', '2026-11-24 23:22:37.022059', 'try later', 'the server could not be reached');
INSERT INTO public.attempt VALUES (5, 4, 1, '2026-11-24 23:22:37.070014', '2026-11-24 23:22:37.233274', 'try later', 'the server could not be reached');
INSERT INTO public.attempt VALUES (4, 3, 1, '2026-11-24 23:22:36.953321', '2026-11-24 23:22:39.318457', 'accepted', 'accepted');


--
-- Data for Name: daemon; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: delivery; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.delivery VALUES (1, '71a5dd43ead10b41', 'good', 'accepted', 1, '2026-11-24 23:22:24.451508', NULL, NULL, false, '2026-11-24 23:22:24.691675', 'accepted', 0);
INSERT INTO public.delivery VALUES (2, '71a5dd43ead10b41', 'bad', 'retry', 2, '2026-11-24 23:22:57.878249', NULL, NULL, false, NULL, 'the server could not be reached', 0);
INSERT INTO public.delivery VALUES (3, '1215b1fa912e98ad', 'good', 'accepted', 1, '2026-11-24 23:22:36.733989', NULL, NULL, false, '2026-11-24 23:22:39.318457', 'accepted', 0);
INSERT INTO public.delivery VALUES (4, '1215b1fa912e98ad', 'bad', 'sending', 1, '2026-11-24 23:22:45.844265', '2026-01-05 12:00:00', 'gone:1', false, NULL, 'the server could not be reached', 0);


--
-- Data for Name: fetch; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public."fetch" VALUES (1, 'dead', '2026-11-24 23:22:24.425297', 'failed', 500, 0, 0, '500 Internal Server Error: the server has trouble; the next polls try again');
INSERT INTO public."fetch" VALUES (2, 'en', '2026-11-24 23:22:24.451508', 'document', 200, 1, 1, NULL);
INSERT INTO public."fetch" VALUES (3, 'ko', '2026-11-24 23:22:24.451508', 'document', 200, 1, 1, NULL);
INSERT INTO public."fetch" VALUES (4, 'dead', '2026-11-24 23:22:36.660842', 'failed', 500, 0, 0, '500 Internal Server Error: the server has trouble; the next polls try again');
INSERT INTO public."fetch" VALUES (5, 'en', '2026-11-24 23:22:36.733989', 'document', 200, 2, 2, NULL);


--
-- Data for Name: known; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: match; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.match VALUES (1, 2, 1, 'north-korea-missile-launch', '500e2d21cc454b40', 'news', '[["title", 0, 2, "\ubd81\ud55c", "\ubd81\ud55c", "who"], ["title", 4, 9, "\ub3d9\ud574\uc0c1\uc73c\ub85c", "\ub3d9\ud574\uc0c1*", "did what"], ["title", 10, 15, "\ud0c4\ub3c4\ubbf8\uc0ac\uc77c", "*\ubbf8\uc0ac\uc77c", "what flew"]]', '2026-11-24 23:22:24.451508', 'told: “북한”, “동해상으로”, “탄도미사일” in the title; the first that north-korea-missile-launch hears of this story', '71a5dd43ead10b41', 'critical', NULL);
INSERT INTO public.match VALUES (2, 4, 1, 'north-korea-missile-launch', '500e2d21cc454b40', 'news', '[["title", 0, 11, "North Korea", "North Korea", "who"], ["title", 12, 17, "fires", "fires", "did what"], ["title", 32, 40, "missiles", "missiles", "what flew"]]', '2026-11-24 23:22:36.733989', 'told: “North Korea”, “fires”, “missiles” in the title; the first that north-korea-missile-launch hears of this story', '1215b1fa912e98ad', 'critical', NULL);


--
-- Data for Name: noticed; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: section; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.section VALUES (1, 2);


--
-- Data for Name: source; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.source VALUES ('dead', 'http://127.0.0.1:8000/dead', NULL, NULL, '2026-11-24 23:22:46.660842', NULL, NULL, 2, 2, NULL, NULL, '500 Internal Server Error: the server has trouble; the next polls try again', '2026-11-24 23:22:36.660842', '2026-11-24 23:22:24.425297');
INSERT INTO public.source VALUES ('ko', 'http://127.0.0.1:8000/ko', NULL, NULL, '2026-11-24 23:22:40.828123', NULL, NULL, 2, 0, '2026-11-24 23:22:24.451508', '2026-11-24 23:22:36.733989', NULL, '2026-11-24 23:22:36.733989', NULL);
INSERT INTO public.source VALUES ('en', 'http://127.0.0.1:8000/en', NULL, NULL, '2026-11-24 23:22:38.427884', NULL, NULL, 2, 0, '2026-11-24 23:22:24.451508', '2026-11-24 23:22:36.733989', NULL, '2026-11-24 23:22:36.733989', NULL);


--
-- Data for Name: story; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.story VALUES ('S2151956414f1d974', '북한, 동해상으로 탄도미사일 2발 발사', '2026-11-24 23:22:24.451508', '2026-11-24 23:22:24.451508');
INSERT INTO public.story VALUES ('Sbda970c2e4c995a3', 'A quiet day in Seoul', '2026-11-24 23:22:24.451508', '2026-11-24 23:22:24.451508');
INSERT INTO public.story VALUES ('S34198646e1aa7090', 'North Korea fires two ballistic missiles toward the sea', '2026-11-24 23:22:36.733989', '2026-11-24 23:22:36.733989');


--
-- Data for Name: story_article; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.story_article VALUES (1, 'Sbda970c2e4c995a3', 'the first article of its story');
INSERT INTO public.story_article VALUES (2, 'S2151956414f1d974', 'the first article of its story');
INSERT INTO public.story_article VALUES (4, 'S34198646e1aa7090', 'the first article of its story');


--
-- Name: article_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.article_id_seq', 4, true);


--
-- Name: article_version_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.article_version_id_seq', 4, true);


--
-- Name: attempt_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.attempt_id_seq', 5, true);


--
-- Name: delivery_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.delivery_id_seq', 4, true);


--
-- Name: fetch_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.fetch_id_seq', 5, true);


--
-- Name: match_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.match_id_seq', 2, true);


--
-- Name: section_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.section_id_seq', 1, false);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: alert pk_alert; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT pk_alert PRIMARY KEY (id);


--
-- Name: article pk_article; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.article
    ADD CONSTRAINT pk_article PRIMARY KEY (id);


--
-- Name: article_version pk_article_version; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.article_version
    ADD CONSTRAINT pk_article_version PRIMARY KEY (id);


--
-- Name: attempt pk_attempt; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT pk_attempt PRIMARY KEY (id);


--
-- Name: daemon pk_daemon; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.daemon
    ADD CONSTRAINT pk_daemon PRIMARY KEY (owner);


--
-- Name: delivery pk_delivery; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT pk_delivery PRIMARY KEY (id);


--
-- Name: fetch pk_fetch; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."fetch"
    ADD CONSTRAINT pk_fetch PRIMARY KEY (id);


--
-- Name: known pk_known; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.known
    ADD CONSTRAINT pk_known PRIMARY KEY (source_id, uid_hash);


--
-- Name: match pk_match; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.match
    ADD CONSTRAINT pk_match PRIMARY KEY (id);


--
-- Name: noticed pk_noticed; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.noticed
    ADD CONSTRAINT pk_noticed PRIMARY KEY (subject);


--
-- Name: section pk_section; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.section
    ADD CONSTRAINT pk_section PRIMARY KEY (id);


--
-- Name: source pk_source; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.source
    ADD CONSTRAINT pk_source PRIMARY KEY (id);


--
-- Name: story pk_story; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.story
    ADD CONSTRAINT pk_story PRIMARY KEY (id);


--
-- Name: story_article pk_story_article; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.story_article
    ADD CONSTRAINT pk_story_article PRIMARY KEY (article_id);


--
-- Name: alert uq_alert_dedup_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT uq_alert_dedup_key UNIQUE (dedup_key);


--
-- Name: article uq_article_source_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.article
    ADD CONSTRAINT uq_article_source_id UNIQUE (source_id, uid);


--
-- Name: article_version uq_article_version_article_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.article_version
    ADD CONSTRAINT uq_article_version_article_id UNIQUE (article_id, version);


--
-- Name: delivery uq_delivery_alert_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT uq_delivery_alert_id UNIQUE (alert_id, channel);


--
-- Name: match uq_match_article_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.match
    ADD CONSTRAINT uq_match_article_id UNIQUE (article_id, article_version, rule_id);


--
-- Name: ix_alert_article_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_alert_article_id ON public.alert USING btree (article_id);


--
-- Name: ix_alert_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_alert_at ON public.alert USING btree (at);


--
-- Name: ix_alert_rule_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_alert_rule_id ON public.alert USING btree (rule_id);


--
-- Name: ix_alert_story_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_alert_story_id ON public.alert USING btree (story_id);


--
-- Name: ix_alert_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_alert_subject ON public.alert USING btree (subject);


--
-- Name: ix_article_canonical; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_article_canonical ON public.article USING btree (canonical);


--
-- Name: ix_article_seen_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_article_seen_at ON public.article USING btree (seen_at);


--
-- Name: ix_attempt_delivery_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_attempt_delivery_id ON public.attempt USING btree (delivery_id);


--
-- Name: ix_delivery_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_delivery_open ON public.delivery USING btree (state, not_before) WHERE ((state)::text = ANY ((ARRAY['pending'::character varying, 'retry'::character varying, 'sending'::character varying])::text[]));


--
-- Name: ix_delivery_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_delivery_state ON public.delivery USING btree (state, channel, ended_at);


--
-- Name: ix_fetch_source_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_fetch_source_at ON public."fetch" USING btree (source_id, at);


--
-- Name: ix_known_left_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_known_left_at ON public.known USING btree (left_at);


--
-- Name: ix_match_alert_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_match_alert_id ON public.match USING btree (alert_id);


--
-- Name: ix_match_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_match_at ON public.match USING btree (at);


--
-- Name: ix_match_rule_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_match_rule_id ON public.match USING btree (rule_id);


--
-- Name: ix_match_shadow_key; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_match_shadow_key ON public.match USING btree (shadow_key) WHERE (shadow_key IS NOT NULL);


--
-- Name: ix_source_next_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_source_next_at ON public.source USING btree (next_at);


--
-- Name: ix_story_article_story_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_story_article_story_id ON public.story_article USING btree (story_id);


--
-- Name: ix_story_last_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_story_last_at ON public.story USING btree (last_at);


--
-- Name: ix_story_opened_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_story_opened_at ON public.story USING btree (opened_at);


--
-- Name: alert fk_alert_article_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT fk_alert_article_id FOREIGN KEY (article_id) REFERENCES public.article(id);


--
-- Name: alert fk_alert_story_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT fk_alert_story_id FOREIGN KEY (story_id) REFERENCES public.story(id);


--
-- Name: article fk_article_source_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.article
    ADD CONSTRAINT fk_article_source_id FOREIGN KEY (source_id) REFERENCES public.source(id);


--
-- Name: article_version fk_article_version_article_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.article_version
    ADD CONSTRAINT fk_article_version_article_id FOREIGN KEY (article_id) REFERENCES public.article(id);


--
-- Name: attempt fk_attempt_delivery_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT fk_attempt_delivery_id FOREIGN KEY (delivery_id) REFERENCES public.delivery(id);


--
-- Name: delivery fk_delivery_alert_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT fk_delivery_alert_id FOREIGN KEY (alert_id) REFERENCES public.alert(id);


--
-- Name: fetch fk_fetch_source_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."fetch"
    ADD CONSTRAINT fk_fetch_source_id FOREIGN KEY (source_id) REFERENCES public.source(id);


--
-- Name: known fk_known_source_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.known
    ADD CONSTRAINT fk_known_source_id FOREIGN KEY (source_id) REFERENCES public.source(id);


--
-- Name: match fk_match_alert_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.match
    ADD CONSTRAINT fk_match_alert_id FOREIGN KEY (alert_id) REFERENCES public.alert(id);


--
-- Name: match fk_match_article_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.match
    ADD CONSTRAINT fk_match_article_id FOREIGN KEY (article_id) REFERENCES public.article(id);


--
-- Name: story_article fk_story_article_article_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.story_article
    ADD CONSTRAINT fk_story_article_article_id FOREIGN KEY (article_id) REFERENCES public.article(id);


--
-- Name: story_article fk_story_article_story_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.story_article
    ADD CONSTRAINT fk_story_article_story_id FOREIGN KEY (story_id) REFERENCES public.story(id);


--
-- PostgreSQL database dump complete
--


