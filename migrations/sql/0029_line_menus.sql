-- Rich menus of LINE accounts: what is drawn, what LINE holds of it, who is to see which, and who was told. See docs/line.md.

-- Pictures. Never changed: LINE cannot replace a picture either.
CREATE TABLE line_menu_image (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  -- image/png, image/jpeg
  kind TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  bytes #blob NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE line_menu (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  -- The draft: bar, areas, actions.
  document #json NOT NULL,
  image_id BIGINT,
  version BIGINT NOT NULL,
  -- The publication that friends see; 0 while there is none.
  live_id BIGINT NOT NULL DEFAULT 0,
  archived_at BIGINT,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX line_menu_account ON line_menu (workspace_id, account_id);

-- A menu as it was published: LINE's are never changed, so each publication is another one there.
CREATE TABLE line_menu_publication (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL,
  menu_id BIGINT NOT NULL,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  document #json NOT NULL,
  image_id BIGINT NOT NULL,
  -- 0 wanted, 1 made, 2 has its picture, 3 live, 4 replaced or withdrawn, 5 gone from LINE
  step SMALLINT NOT NULL,
  -- LINE's name of it.
  line_id TEXT,
  -- When making it was first tried: LINE may have it although it did not say so.
  tried_at BIGINT,
  -- What LINE has against it; it is not tried again.
  fault TEXT,
  -- What took its place.
  replaced_by BIGINT,
  published_by BIGINT,
  created_at BIGINT NOT NULL,
  live_at BIGINT,
  ended_at BIGINT
);
CREATE INDEX line_menu_publication_step ON line_menu_publication (workspace_id, account_id, step);
CREATE INDEX line_menu_publication_menu ON line_menu_publication (menu_id, number);

-- Who is to see which menu, and how far that is done.
CREATE TABLE line_menu_plan (
  workspace_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  -- The rules in their order, and the menu of everybody else.
  document #json NOT NULL,
  version BIGINT NOT NULL,
  -- The publication that LINE was told to show to everybody without one of their own; 0 for none.
  told_default BIGINT NOT NULL DEFAULT 0,
  -- What the standings follow from beside the customers: the rules, and how their segments were filled.
  basis TEXT NOT NULL DEFAULT '',
  -- Everybody up to this user id has been looked at; null when everybody has.
  sweep_after TEXT,
  swept_at BIGINT NOT NULL DEFAULT 0,
  -- Nothing is told before this instant, and why.
  paused_until BIGINT NOT NULL DEFAULT 0,
  fault TEXT,
  updated_by BIGINT,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, account_id)
) #clustered;

-- What each friend is to see, and what LINE was told.
CREATE TABLE line_menu_friend (
  workspace_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  user_id TEXT NOT NULL,
  -- The menu by the rules and which rule gave it; 0 and null for the one of everybody.
  menu_id BIGINT NOT NULL,
  rule SMALLINT,
  -- Publications: 0 for none of her own, -1 for "LINE may have forgotten".
  target BIGINT NOT NULL,
  told BIGINT NOT NULL,
  -- The follow that this is about: who comes back after a block is told anew.
  followed_at BIGINT,
  told_at BIGINT,
  -- LINE would not have her: she is not tried again until something changes.
  is_refused BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (workspace_id, account_id, user_id)
) #clustered;
CREATE INDEX line_menu_friend_due ON line_menu_friend (workspace_id, account_id, target) WHERE target <> told;
CREATE INDEX line_menu_friend_told ON line_menu_friend (workspace_id, account_id, told);
CREATE INDEX line_menu_friend_menu ON line_menu_friend (workspace_id, account_id, menu_id);

-- A replacement of one publication by another for everybody at once, while it is under way.
CREATE TABLE line_menu_batch (
  workspace_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  from_id BIGINT NOT NULL,
  to_id BIGINT NOT NULL,
  -- LINE goes on by it where a batch broke off.
  resume_key TEXT NOT NULL,
  request_id TEXT,
  due_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, account_id)
) #clustered;

-- Taps on the areas of each publication.
CREATE TABLE line_menu_tap (
  workspace_id BIGINT NOT NULL,
  publication_id BIGINT NOT NULL,
  area SMALLINT NOT NULL,
  n BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (publication_id, area)
) #clustered;

-- Who keeps the menus of a workspace, and how far it has read.
CREATE TABLE line_menu_worker (
  workspace_id BIGINT NOT NULL PRIMARY KEY,
  fence BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  cursor_xid BIGINT NOT NULL,
  cursor_id BIGINT NOT NULL,
  read_at BIGINT NOT NULL,
  -- Friends told since ever.
  n_told BIGINT NOT NULL
) #clustered;
