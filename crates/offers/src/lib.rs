//! The product catalogue and simple recommendations.
