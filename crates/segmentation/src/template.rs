//! Ready-made segments.
