//! The rule language, its SQL evaluator and explanations.
