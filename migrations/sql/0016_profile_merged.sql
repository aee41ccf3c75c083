-- Whom a customer was merged from: what was written of them is hers.
CREATE INDEX profile_merged ON profile (merged_into) WHERE merged_into IS NOT NULL;
