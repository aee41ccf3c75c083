//! Templates, rendering and lint of what a customer reads.
