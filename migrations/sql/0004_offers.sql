CREATE TABLE product (
  workspace_id BIGINT NOT NULL,
  -- The product's term: the number by which events name it.
  id BIGINT NOT NULL PRIMARY KEY,
  sku TEXT NOT NULL,
  name TEXT NOT NULL,
  -- Path "A > B > C" and its term.
  category TEXT,
  category_id BIGINT,
  -- Minor units.
  price BIGINT,
  currency TEXT,
  image_url TEXT,
  url TEXT,
  -- Null when stock is not counted.
  stock BIGINT,
  is_active BOOLEAN NOT NULL,
  attributes #json NOT NULL,
  -- Name, code and category folded for search.
  search_text TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX product_sku_key ON product (workspace_id, sku);
CREATE INDEX product_workspace ON product (workspace_id, id);
