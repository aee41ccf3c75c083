//! What the builder's pickers offer.
