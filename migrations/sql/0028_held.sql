-- Why a campaign held itself, when no person did: {"code": "devices_lost", "sent": 200, "lost": 5, "percent": 2}. It
-- stays when a person lets the campaign go on, so that it does not hold itself again at once.
ALTER TABLE campaign ADD COLUMN held #json;
