-- The purpose whose consent the use of a sensitive attribute needs; nothing for the purpose "sensitive".
ALTER TABLE attribute_def ADD COLUMN consent TEXT;
