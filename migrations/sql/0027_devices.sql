-- Devices that take pushes: browsers, and apps on telephones.
CREATE TABLE device (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  -- The sender (transport 'push') for whom it was registered.
  sender_id BIGINT NOT NULL,
  -- 1 a browser, 2 an app by Apple, 3 an app by Apple's sandbox, 4 an app by Firebase
  kind SMALLINT NOT NULL,
  -- A hash of what names the device to its service: the same device registered again is the same row.
  fingerprint TEXT NOT NULL,
  -- What names it to its service; emptied when it is gone.
  token TEXT NOT NULL,
  -- As people call it: "Chrome, Windows".
  name TEXT NOT NULL,
  profile_id BIGINT NOT NULL,
  -- The profile that it was registered for; merges move profile_id and keep this.
  origin_profile_id BIGINT NOT NULL,
  -- When it was last registered. What a service said of it before then means another registration.
  registered_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  -- When it was known to be gone; null while it takes pushes.
  gone_at BIGINT,
  -- 1 its service knows it no more (app or permission removed), 2 its owner turned pushes off, 3 too many of one person,
  -- 4 removed by the company
  gone_why SMALLINT,
  -- The campaign that showed it, or was followed by it; it counts against that one.
  gone_campaign_id BIGINT
);
CREATE UNIQUE INDEX device_once_key ON device (workspace_id, sender_id, fingerprint);
CREATE INDEX device_owner ON device (profile_id, sender_id) WHERE gone_at IS NULL;
CREATE INDEX device_owned ON device (profile_id);
CREATE INDEX device_of_sender ON device (workspace_id, sender_id, kind) WHERE gone_at IS NULL;
CREATE INDEX device_lost ON device (gone_campaign_id) WHERE gone_campaign_id IS NOT NULL;
