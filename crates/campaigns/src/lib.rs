//! Campaigns and the delivery ledger.
